import { open } from 'node:fs/promises'
import type { Architecture } from '../core/requirement.ts'

/** What the first bytes of a file say that it is. Names of folders are not asked. */
export type BinaryKind =
  | { readonly kind: 'elf'; readonly architecture: Architecture | undefined; readonly machine: number }
  | { readonly kind: 'mach-o' }
  | { readonly kind: 'pe' }

/** `e_machine` (gABI, chapter 4, and the registry of values), by class and byte order where they tell machines apart. */
function architectureOf(machine: number, is64: boolean, little: boolean): Architecture | undefined {
  switch (machine) {
    case 3:
      return 'i386'
    case 8:
      return is64 ? (little ? 'mips64el' : 'mips64') : little ? 'mipsel' : 'mips'
    case 21:
      return little ? 'ppc64le' : 'ppc64'
    case 22:
      return 's390x'
    case 40:
      return 'arm'
    case 62:
      return 'x86-64'
    case 183:
      return 'aarch64'
    case 243:
      return is64 ? 'riscv64' : 'riscv32'
    case 258:
      return 'loongarch64'
    default:
      return undefined
  }
}

/** Thin and universal Mach-O in both byte orders. Java classes share `cafebabe`: their version is far above any count of machines. */
const machO = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe])

export function binaryKindOf(head: Uint8Array): BinaryKind | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (head.byteLength >= 20 && view.getUint32(0) === 0x7f454c46) {
    const little = head[5] !== 2
    const machine = view.getUint16(18, little)
    return { kind: 'elf', machine, architecture: architectureOf(machine, head[4] === 2, little) }
  }
  if (head.byteLength >= 8) {
    const magic = view.getUint32(0)
    if (machO.has(magic) || (magic === 0xcafebabe && view.getUint32(4) < 32)) return { kind: 'mach-o' }
  }
  if (head.byteLength >= 64 && head[0] === 0x4d && head[1] === 0x5a) {
    const at = view.getUint32(60, true)
    // The PE header may lie past what was read; a DOS stub that points somewhere sane is enough to know one.
    if (at >= 64 && at < 4096) return { kind: 'pe' }
  }
  return undefined
}

/** undefined for what is no binary, cannot be read or is not there. */
export async function readBinaryKind(file: string): Promise<BinaryKind | undefined> {
  const handle = await open(file).catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    const head = new Uint8Array(64)
    const { bytesRead } = await handle.read(head, 0, 64, 0)
    return binaryKindOf(head.subarray(0, bytesRead))
  } catch {
    return undefined // a folder
  } finally {
    await handle.close()
  }
}
