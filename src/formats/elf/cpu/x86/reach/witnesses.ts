import type { Program } from '../code/program.ts'
import type { Run } from './run-on.ts'
import { witnessPath } from '../../program/witness-path.ts'

/** An instruction that needs a feature, and how control gets there. */
export interface Witness {
  readonly address: number
  readonly function: string
  /** Bytes of the instruction. */
  readonly bytes: Uint8Array
  /** From a root to the function. */
  readonly path: readonly string[]
}

const WITNESSES = 3

/** Where witnesses are looked for: in functions that were reached at a degree of trust. */
export interface WitnessSearch {
  readonly run: Run
  readonly trust: number
  readonly functions: ReadonlySet<number>
  /** Does the instruction at `at` of function `index` run? */
  runs(index: number, at: number): boolean
}

/** Some instructions that need `feature`: of those that were reached, or any. */
export function witnessesOf(program: Program, feature: string, reached: WitnessSearch | undefined): Witness[] {
  const { graph, sweep, decoder, image } = program
  const isWanted = Uint8Array.from(decoder.tables.featureSets, (set) => (set.includes(feature) ? 1 : 0))
  const sets = sweep.hitSet.values()
  const at = sweep.hitAt.values()
  const witnesses: Witness[] = []
  const steps = reached?.run.reached[reached.trust]!.steps
  let last = -1
  for (let hit = nextWanted(sets, isWanted, 0); hit < at.length && witnesses.length < WITNESSES; hit = nextWanted(sets, isWanted, hit + 1)) {
    const index = at[hit]! < (graph.starts[0] ?? Infinity) ? -1 : functionOfHit(graph, hit)
    if (index < 0 || index === last) continue
    if (steps !== undefined && (!steps.has(index) || (reached!.functions.size > 0 && !reached!.functions.has(index)))) {
      hit = graph.firstHit[index + 1]! - 1
      continue
    }
    if (reached !== undefined && !reached.runs(index, at[hit]!)) continue
    last = index
    const range = image.code.find((candidate) => at[hit]! >= candidate.address && at[hit]! < candidate.address + candidate.size)!
    const offset = range.offset + at[hit]! - range.address
    const length = decoder.decode(image.file.bytes, offset)
    witnesses.push({
      address: at[hit]!,
      function: graph.nameOf(index),
      bytes: image.file.bytes.slice(offset, offset + length),
      path: steps === undefined ? [] : witnessPath(index, (at) => steps.get(at), (at) => graph.nameOf(at)),
    })
  }
  return witnesses
}

/** The first hit from `from` on with one of the sets that are wanted. */
function nextWanted(sets: Uint32Array, isWanted: Uint8Array, from: number): number {
  let hit = from
  while (hit < sets.length && isWanted[sets[hit]!] === 0) hit++
  return hit
}

/** Function whose list of hits `hit` is in. */
function functionOfHit({ firstHit }: Program['graph'], hit: number): number {
  let low = 0
  let high = firstHit.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (firstHit[middle + 1]! <= hit) low = middle + 1
    else high = middle
  }
  return low
}
