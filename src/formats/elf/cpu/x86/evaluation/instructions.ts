import { OneByteInstructions } from './one-byte-instructions.ts'

/** What instructions do: prefixes, then by opcode. */
export abstract class Instructions extends OneByteInstructions {
  /** False when the path ends with this instruction. */
  protected step(): boolean {
    const code = this.code
    let at = this.at
    let operand16 = false
    let segment = false
    this.rex = 0
    let byte = code[at]!
    for (;;) {
      if (byte === 0x66) operand16 = true
      else if (byte === 0x64 || byte === 0x65) segment = true
      else if (byte !== 0xf2 && byte !== 0xf3 && byte !== 0xf0 && (byte & 0xe7) !== 0x26 && byte !== 0x67) break
      byte = code[++at]!
    }
    if ((byte & 0xf0) === 0x40) {
      this.rex = byte
      byte = code[++at]!
    }
    this.size = (this.rex & 8) !== 0 ? 8 : operand16 ? 2 : 4
    if (byte === 0x0f) return this.escaped(at, segment)
    if (byte === 0xc4 || byte === 0xc5 || byte === 0x62 || (byte === 0x8f && (code[at + 1]! & 31) >= 8)) {
      this.vector(at, byte)
      return true
    }
    return this.oneByte(at, byte, segment)
  }
}
