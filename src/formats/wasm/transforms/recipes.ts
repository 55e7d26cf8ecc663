import type { Level, Measure } from '../../../core/transform.ts'

/** A way to run wasm-opt. */
export interface Recipe {
  readonly name: string
  readonly args: readonly string[]
  /**
   * Seconds a mebibyte of code takes npm's binaryen, on a usual machine: not measured on the run itself, so that the
   * same module meets the same choice everywhere. A native wasm-opt takes a third.
   */
  readonly secondsPerMiB: number
}

const o1: Recipe = { name: '-O1', args: ['-O1'], secondsPerMiB: 3 }
const o3: Recipe = { name: '-O3', args: ['-O3'], secondsPerMiB: 16 }
const oz: Recipe = { name: '-Oz', args: ['-Oz'], secondsPerMiB: 14 }
const withoutInlining: Recipe = {
  name: '-Oz without inlining',
  args: ['-Oz', '--skip-pass=inlining-optimizing'],
  secondsPerMiB: 9,
}

/**
 * What is raced, in this order. Of the recipes that keep semantics these are all that ever won by more than 0.1 % on
 * the corpus (docs/wasm-shrink.md). -O1 never has the least raw bytes.
 */
export function recipesFor(level: Level, measure: Measure): readonly Recipe[] {
  if (level === 'fast') return []
  return [oz, ...(measure === 'raw' ? [] : [o1]), withoutInlining, ...(level === 'max' ? [o3] : [])]
}

/** Definitions that nothing reaches go; everything else is written as it was. */
export const collecting: Recipe = { name: '--remove-unused-module-elements', args: ['--remove-unused-module-elements'], secondsPerMiB: 1 }

/** The recipe repeated until the result no longer shrinks. */
export function converging(recipe: Recipe): Recipe {
  return { name: `${recipe.name}, converged`, args: [...recipe.args, '--converge'], secondsPerMiB: recipe.secondsPerMiB * 3 }
}

export const plain: { readonly o1: Recipe; readonly oz: Recipe; readonly withoutInlining: Recipe } = { o1, oz, withoutInlining }
