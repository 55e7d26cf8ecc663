import type { GoFunctionTable } from '../../../../bytes/go-function-table.ts'
import type { ElfFile } from '../../read/elf-file.ts'

/** Bytes of read-only data that are searched. */
const MOST = 0x400_0000

/** Was some of the file's code written in Rust? Its compiler leaves its name, or that of its library in the places of panics. */
export function isRust({ sections, bytes }: ElfFile): boolean {
  return sections.some(({ name, sh_offset, sh_size }) => {
    const text = name === '.comment' ? 'rustc version' : name === '.rodata' ? '/rustc/' : undefined
    if (text === undefined || sh_offset >= bytes.length) return false
    return Buffer.from(bytes.buffer, bytes.byteOffset + sh_offset, Math.min(sh_size, MOST, bytes.length - sh_offset)).includes(text)
  })
}

/** Which functions are Go's own packages', by the table that Go's linker makes of its functions; what was linked in of C is in none. */
export function goStandardLibrary({ starts }: { readonly starts: ArrayLike<number> }, go: GoFunctionTable | undefined): (index: number) => boolean {
  const own = new Set<number>()
  for (const { address, name } of go?.functions ?? []) if (isGoStandardLibrary(name)) own.add(address)
  return (index) => own.has(starts[index]!)
}

/** Go's own packages (no dot before the first slash) check for what GOAMD64 or GOARM64 does not grant; its tests see to that. */
export function isGoStandardLibrary(name: string): boolean {
  return !/^[^/]*\.[^/]*\//.test(name) && !name.startsWith('main.') && !name.startsWith('_cgo')
}
