/** By the magic number `\0asm` (WebAssembly core 5.5.16). */
export function recognizesWasm(_path: string, head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x00 && head[1] === 0x61 && head[2] === 0x73 && head[3] === 0x6d
}
