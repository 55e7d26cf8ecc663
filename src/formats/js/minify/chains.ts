import type { Level } from '../../../core/transform.ts'
import { hasUglify, type MinifierName } from './minifiers.ts'

/** Minifiers, each working on the output of the one before. */
export type Chain = readonly MinifierName[]

const fast: readonly Chain[] = [['swc', 'oxc']]

/** Short of the whole power set: what never won on the corpus is left out (docs/js.md). */
const race: readonly Chain[] = [
  ['esbuild'],
  ['swc'],
  ['oxc'],
  ['terser'],
  ['swc', 'oxc'],
  ['oxc', 'swc'],
  ['terser', 'oxc'],
  ['oxc', 'terser'],
  ['swc', 'terser'],
  ['terser', 'swc'],
]

const withUglify: readonly Chain[] = [
  ['uglify-js'],
  ['swc', 'uglify-js'],
  ['oxc', 'terser', 'uglify-js'],
  ['terser', 'uglify-js'],
]

/** Tried in turn where the chains of a level have no result that may be used. */
export const fallbacks: readonly Chain[] = [['swc'], ['oxc'], ['esbuild'], ['terser']]

/** The chains that a level runs. */
export async function chainsFor(level: Level): Promise<readonly Chain[]> {
  if (level !== 'max') return fast
  return (await hasUglify()) ? [...race, ...withUglify] : race
}
