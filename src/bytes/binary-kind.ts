import type { Architecture } from '../core/requirement.ts'

/** What the first bytes of a file say that it is. Names of folders are not asked. */
export type BinaryKind =
  | { readonly kind: 'elf'; readonly architecture: Architecture | undefined; readonly machine: number }
  | ForeignBinary

/** A program or library of macOS or Windows. */
export interface ForeignBinary {
  readonly kind: 'mach-o' | 'pe'
  /** Of all machines that it has code for. Empty where that is not known: what was read is too short, or it is code of .NET, which runs on any. */
  readonly architectures: readonly Architecture[]
}

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

/** Mach-O for one machine, in both byte orders. */
const thinMachO = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe])

export function binaryKindOf(head: Uint8Array): BinaryKind | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (head.byteLength >= 20 && view.getUint32(0) === 0x7f454c46) {
    const little = head[5] !== 2
    const machine = view.getUint16(18, little)
    return { kind: 'elf', machine, architecture: architectureOf(machine, head[4] === 2, little) }
  }
  return machOOf(view) ?? peOf(view)
}

/** `cputype` (mach/machine.h). */
const machines: ReadonlyMap<number, Architecture> = new Map([
  [7, 'i386'],
  [0x01000007, 'x86-64'],
  [12, 'arm'],
  [0x0100000c, 'aarch64'],
])

/** Java classes share `cafebabe`: their version is far above any count of machines. */
const universal = 0xcafebabe

function machOOf(view: DataView): ForeignBinary | undefined {
  if (view.byteLength < 8) return undefined
  const [magic, second] = [view.getUint32(0), view.getUint32(4)]
  if (thinMachO.has(magic)) return machO([view.getUint32(4, magic === 0xcefaedfe || magic === 0xcffaedfe)])
  if (magic !== universal || second >= 32) return undefined
  // `fat_arch` is five words, the type first
  const types = Array.from({ length: second }, (_, index) => 8 + index * 20).filter((at) => at + 4 <= view.byteLength)
  return machO(types.map((at) => view.getUint32(at)))
}

function machO(types: readonly number[]): ForeignBinary {
  return { kind: 'mach-o', architectures: types.flatMap((type) => machines.get(type) ?? []) }
}

/** `Machine` of the COFF header (PE Format, 3.3.1). */
const peMachines: ReadonlyMap<number, Architecture> = new Map([
  [0x14c, 'i386'],
  [0x1c4, 'arm'],
  [0x8664, 'x86-64'],
  [0xaa64, 'aarch64'],
  [0xa641, 'aarch64'],
])

function peOf(view: DataView): ForeignBinary | undefined {
  if (view.byteLength < 64 || view.getUint16(0) !== 0x4d5a) return undefined
  const at = view.getUint32(60, true)
  // a stub that points somewhere sane is enough to know one
  if (at < 64 || at >= 4096) return undefined
  if (at + 6 > view.byteLength) return { kind: 'pe', architectures: [] }
  if (view.getUint32(at) !== 0x50450000) return undefined
  const machine = peMachines.get(view.getUint16(at + 4, true))
  return { kind: 'pe', architectures: machine === undefined || isManaged(view, at + 24) ? [] : [machine] }
}

/** Has it a CLR header, the fifteenth data directory? @param optional where the optional header begins */
function isManaged(view: DataView, optional: number): boolean {
  if (optional + 2 > view.byteLength) return false
  const directories = optional + (view.getUint16(optional, true) === 0x20b ? 112 : 96)
  const entry = directories + 14 * 8
  return entry + 8 <= view.byteLength && view.getUint32(directories - 4, true) > 14 && view.getUint32(entry + 4, true) !== 0
}
