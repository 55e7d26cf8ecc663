import { DF, DF_1, DT, ET, PF, PT } from '../constants.ts'
import type { ElfTables } from '../tables.ts'

/** What makes the bugs of a program harder to use. Plain data: it is part of the report. */
export interface Hardening {
  /** Can be loaded anywhere: position-independent executable or shared object. */
  readonly positionIndependent: boolean
  /** The relocated tables become read-only after loading: with all of the GOT (full) or without its lazy part. */
  readonly relro: 'none' | 'partial' | 'full'
  readonly bindNow: boolean
  /** Is the stack executable? Without PT_GNU_STACK the kernel decides, on old ABIs: yes. */
  readonly nx: boolean
  readonly textRelocations: boolean
  readonly stackProtector: boolean
  /** The checked variants (`__memcpy_chk`) that are called. */
  readonly fortified: readonly string[]
  readonly rpath: readonly string[]
  readonly runpath: readonly string[]
}

/** Reads hardening from segments, dynamic tags and dynamic symbols. */
export function readHardening({ file, dynamic, symbols }: ElfTables): Hardening {
  const flags = dynamic?.value(DT.FLAGS) ?? 0n
  const flags1 = dynamic?.value(DT.FLAGS_1) ?? 0n
  const bindNow =
    dynamic?.value(DT.BIND_NOW) !== undefined || (flags & BigInt(DF.BIND_NOW)) !== 0n || (flags1 & BigInt(DF_1.NOW)) !== 0n
  const hasRelro = file.segments.some((segment) => segment.p_type === PT.GNU_RELRO)
  const stack = file.segments.find((segment) => segment.p_type === PT.GNU_STACK)
  const fortified = new Set<string>()
  let stackProtector = false
  const count = symbols?.count ?? 0
  for (let i = 1; i < count; i++) {
    const name = symbols!.name(i)
    if (name.startsWith('__stack_chk_')) stackProtector = true
    else if (name.startsWith('__') && name.endsWith('_chk') && symbols!.section(i) === 0) fortified.add(name)
  }
  return {
    positionIndependent: file.header.e_type === ET.DYN,
    relro: !hasRelro ? 'none' : bindNow ? 'full' : 'partial',
    bindNow,
    nx: stack !== undefined && (stack.p_flags & PF.X) === 0,
    textRelocations: dynamic?.value(DT.TEXTREL) !== undefined || (flags & BigInt(DF.TEXTREL)) !== 0n,
    stackProtector,
    fortified: [...fortified].sort(),
    rpath: dynamic?.strings(DT.RPATH) ?? [],
    runpath: dynamic?.strings(DT.RUNPATH) ?? [],
  }
}
