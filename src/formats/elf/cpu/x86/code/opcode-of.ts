/** Offset in the code of an instruction's opcode, behind its prefixes. */
export function opcodeOf(code: Uint8Array, at: number): number {
  let place = at
  while (code[place] === 0x66 || code[place] === 0xf2 || code[place] === 0xf3 || code[place] === 0x2e || code[place] === 0x3e) place++
  return (code[place]! & 0xf0) === 0x40 ? place + 1 : place
}
