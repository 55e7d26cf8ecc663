import type { Level, Measure } from '../../../core/transform.ts'
import type { WasmModule } from '../read/module.ts'
import { type FunctionReferences, readWithFunctionReferences } from '../write/function-references.ts'
import { reorderFunctions } from '../write/reorder-functions.ts'

/**
 * Orders of functions.
 *
 * - `by-use`: the most referenced first. Least raw bytes, for indices are LEB128.
 * - `by-type`: like `by-use` as far as the number of bytes of each index goes; within one such range sorted by type,
 *   then by the bytes of the body without the function indices in it, so that what resembles each other is near:
 *   compressors find more and nearer matches.
 * - `by-body`: as `by-type`, but by the bytes of the body alone.
 * - `by-size`: as `by-type`, but sorted by type, then by size to the power of two, then by bytes.
 */
export type Layout = 'by-use' | 'by-type' | 'by-body' | 'by-size'

/** Indices below these take one byte less than those above (LEB128). */
const indexBorders = [0x80, 0x4000, 0x200000, 0x10000000]

/** Custom sections that name functions by index or code by offset: a module that has one is not laid out anew. */
const positional = /^(name|linking|reloc\..*|metadata\.code\..*|\.debug_.*|\.eh_frame|sourceMappingURL|external_debug_info)$/

/** A module that is ready to be laid out in several ways. */
export interface LayoutSource {
  readonly module: WasmModule
  readonly references: FunctionReferences
  readonly uses: Uint32Array
  readonly bodies: BareBodies
}

/**
 * The layouts worth trying: of raw bytes none has fewer than `by-use`. The others differ from each other by a tenth of a
 * percent either way.
 */
export function layoutsFor(level: Level, measure: Measure): readonly Layout[] {
  if (measure === 'raw') return ['by-use']
  return ['by-use', 'by-type', 'by-body', ...(level === 'max' ? (['by-size'] as const) : [])]
}

/** Undefined when there is nothing to order, or a custom section would no longer be right. */
export function layoutSource(bytes: Uint8Array): LayoutSource | undefined {
  const { module, references } = readWithFunctionReferences(bytes)
  if (module.bodies.count < 2) return undefined
  if (module.sections.some(({ customName }) => customName !== undefined && positional.test(customName))) return undefined
  const uses = new Uint32Array(module.importedFunctions + module.bodies.count)
  for (let i = 0; i < references.count; i++) uses[references.index[i]!]!++
  return { module, references, uses, bodies: bareBodies(module, references) }
}

/** The module with its functions in that order. */
export function layOut(source: LayoutSource, layout: Layout): Uint8Array {
  return reorderFunctions(source.module, source.references, functionOrder(source, layout))
}

function functionOrder(source: LayoutSource, layout: Layout): Uint32Array {
  const { uses } = source
  const { importedFunctions, bodies } = source.module
  const byUse = Uint32Array.from({ length: bodies.count }, (_, index) => index)
  byUse.sort((a, b) => uses[importedFunctions + b]! - uses[importedFunctions + a]! || a - b)
  if (layout === 'by-use') return byUse
  const compare = comparisons[layout](source)
  let from = 0
  for (const border of [...indexBorders, Infinity]) {
    const to = Math.min(Math.max(border - importedFunctions, from), bodies.count)
    byUse.subarray(from, to).sort(compare)
    from = to
  }
  return byUse
}

type Compare = (a: number, b: number) => number

const comparisons: Readonly<Record<Exclude<Layout, 'by-use'>, (source: LayoutSource) => Compare>> = {
  'by-type': byType,
  'by-body': ({ bodies }) => (a, b) => compareBodies(bodies, a, b),
  'by-size': bySize,
}

function byType({ module, bodies }: LayoutSource): Compare {
  const { functionTypes, importedFunctions } = module
  return (a, b) => functionTypes[importedFunctions + a]! - functionTypes[importedFunctions + b]! || compareBodies(bodies, a, b)
}

function bySize({ module, bodies }: LayoutSource): Compare {
  const { functionTypes, importedFunctions } = module
  const magnitude = (index: number): number => 31 - Math.clz32(bodies.start[index + 1]! - bodies.start[index]!)
  return (a, b) =>
    functionTypes[importedFunctions + a]! - functionTypes[importedFunctions + b]! ||
    magnitude(a) - magnitude(b) ||
    compareBodies(bodies, a, b)
}

/** All bodies without the function indices in them: what does not change when functions are renumbered. */
interface BareBodies {
  readonly bytes: Buffer
  /** Where each begins, and at last where the last one ends. */
  readonly start: Uint32Array
}

function bareBodies({ bytes, bodies }: WasmModule, references: FunctionReferences): BareBodies {
  const start = new Uint32Array(bodies.count + 1)
  const bare = Buffer.allocUnsafe(bodies.count === 0 ? 0 : bodies.bodyEnd[bodies.count - 1]! - bodies.bodyStart[0]!)
  let next = 0
  let to = 0
  for (let i = 0; i < bodies.count; i++) {
    let from = bodies.bodyStart[i]!
    const end = bodies.bodyEnd[i]!
    while (next < references.count && references.start[next]! < from) next++
    for (; next < references.count && references.start[next]! < end; next++) {
      bare.set(bytes.subarray(from, references.start[next]!), to)
      to += references.start[next]! - from
      from = references.end[next]!
    }
    bare.set(bytes.subarray(from, end), to)
    to += end - from
    start[i + 1] = to
  }
  return { bytes: bare, start }
}

function compareBodies({ bytes, start }: BareBodies, a: number, b: number): number {
  return bytes.compare(bytes, start[b]!, start[b + 1]!, start[a]!, start[a + 1]!) || a - b
}
