import type { Context } from '../../../core/context.ts'
import { ShrinkError } from '../../../core/errors.ts'
import type { Tool } from '../../../core/tool.ts'
import { binaryenFlags } from '../features.ts'
import type { WasmModule } from '../read/module.ts'
import { readModule } from '../read/read-module.ts'
import { type Variant } from './choose-variant.ts'
import { hostVerdict } from './host-validate.ts'
import { plain, type Recipe, recipesFor } from './recipes.ts'
import { stopAfter, type TimeBudget } from './time-budget.ts'
import type { WasmSettings } from './wasm-settings.ts'

/** Where and with what a module is optimised. */
export interface Race {
  readonly path: string
  readonly settings: WasmSettings
  readonly tool: Tool
  readonly budget: TimeBudget
  readonly context: Context
}

/**
 * Inlining made functions disappear only when wasm-opt leaves clearly fewer with it than without. Where it did not,
 * the recipe without inlining gives the same code and is not run.
 */
const inliningMatters = 0.97

/**
 * The module as wasm-opt writes it, in every way that was asked for and can be afforded. A recipe that fails or whose
 * result is not valid is reported and left out.
 */
export async function raceRecipes(module: WasmModule, race: Race): Promise<Variant[]> {
  const flags = wasmOptFlags(module, race.settings)
  const affordable = planRecipes(module, race)
  const outcomes = new Map<Recipe, WasmModule>()
  // -Oz before its variant without inlining: what inlining did is seen by comparing with -O1, which never inlines.
  for (const recipe of affordable.toSorted((a, b) => Number(a === plain.withoutInlining) - Number(b === plain.withoutInlining))) {
    if (recipe === plain.withoutInlining && !worthWithoutInlining(outcomes)) continue
    const result = await runRecipe(module, recipe, flags, race)
    if (result !== undefined) outcomes.set(recipe, result)
  }
  return [...outcomes].map(([recipe, { bytes }]) => ({
    bytes,
    steps: [`${race.tool.title} ${recipe.name}`],
    ...(recipe === plain.oz ? { bar: true } : {}),
  }))
}

/** Exactly the features that the module uses: wasm-opt then neither refuses it nor brings in others. */
export function wasmOptFlags(module: WasmModule, { keepNames }: Pick<WasmSettings, 'keepNames'>): string[] {
  return [...binaryenFlags(module.features.map(({ feature }) => feature)), ...(keepNames ? ['-g'] : [])]
}

function worthWithoutInlining(outcomes: ReadonlyMap<Recipe, WasmModule>): boolean {
  const [o1, oz] = [outcomes.get(plain.o1), outcomes.get(plain.oz)]
  return o1 === undefined || oz === undefined || oz.bodies.count < inliningMatters * o1.bodies.count
}

/** The recipes that the budget holds. The dearest are left out first, which is said. */
function planRecipes(module: WasmModule, { path, settings, tool, budget, context }: Race): readonly Recipe[] {
  const recipes = recipesFor(settings.level, settings.measure)
  const planned = recipes.filter((recipe) => budget.spend(estimate(module, recipe, tool)))
  if (planned.length < recipes.length) {
    const skipped = recipes.filter((recipe) => !planned.includes(recipe))
    const seconds = Math.ceil(skipped.reduce((sum, recipe) => sum + estimate(module, recipe, tool), 0))
    context.report({
      severity: 'info',
      code: 'transform/skipped',
      message: `wasm-opt ${skipped.map(({ name }) => name).join(', ')} not tried: about ${seconds} s more than the time budget of ${settings.timeBudget} s`,
      hint: 'Raise wasm.timeBudget (seconds) to have them tried.',
      location: { path },
    })
  }
  return planned
}

/** One run, read back and checked. Undefined when there is no result that may be used. */
export async function runRecipe(
  module: WasmModule,
  recipe: Recipe,
  flags: readonly string[],
  { path, settings, tool, context }: Race,
): Promise<WasmModule | undefined> {
  const seconds = stopAfter(estimate(module, recipe, tool))
  try {
    const bytes = await tool.run(module.bytes, [...flags, ...recipe.args], { seconds, memory: settings.memoryLimit })
    const result = readModule(bytes)
    if (hostVerdict(module.bytes, bytes) === 'invalid') {
      throw new ShrinkError('transform/failed', `${tool.title} ${recipe.name}: this engine does not take the result`)
    }
    return result
  } catch (error) {
    context.signal.throwIfAborted()
    if (!(error instanceof ShrinkError)) throw error
    context.report({
      severity: 'warning',
      code: 'transform/failed',
      message: `${recipe.name}: ${error.message}`,
      location: { path },
    })
    return undefined
  }
}

function estimate(module: WasmModule, recipe: Recipe, tool: Tool): number {
  const code = module.sections.find(({ id }) => id === 10)
  const size = code === undefined ? 0 : code.end - code.start
  return (recipe.secondsPerMiB * size) / 2 ** 20 / (tool.title.includes('native') ? 3 : 1)
}
