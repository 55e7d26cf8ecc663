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
 * A module that -Oz makes smaller by less has been through wasm-opt before: on such modules no other recipe was ever
 * ahead by more than 0.3 % (docs/wasm-shrink.md).
 */
const worthwhileGain = 0.04

/**
 * The module as wasm-opt writes it, in every way that is worth it and can be afforded. -Oz comes first: what it did
 * shows whether the others can do better. A recipe that fails or whose result is not valid is reported and left out.
 */
export async function raceRecipes(module: WasmModule, race: Race): Promise<Variant[]> {
  const flags = wasmOptFlags(module, race.settings)
  const outcomes = new Map<Recipe, WasmModule>()
  const skipped: Recipe[] = []
  for (const recipe of recipesFor(race.settings.level, race.settings.measure)) {
    if (!isWorthwhile(recipe, module, outcomes, race.settings)) continue
    if (!race.budget.spend(estimate(module, recipe, race.tool))) {
      skipped.push(recipe)
      continue
    }
    const result = await runRecipe(module, recipe, flags, race)
    if (result !== undefined) outcomes.set(recipe, result)
  }
  if (skipped.length > 0) reportSkipped(skipped, module, race)
  return [...outcomes].map(([recipe, { bytes }]) => ({
    bytes,
    steps: [`${race.tool.title} ${recipe.name}`],
    ...(recipe === plain.oz ? { bar: true } : {}),
  }))
}

/** May the recipe's result be smaller than those that are there? */
function isWorthwhile(
  recipe: Recipe,
  module: WasmModule,
  outcomes: ReadonlyMap<Recipe, WasmModule>,
  { level }: WasmSettings,
): boolean {
  const [oz, o1] = [outcomes.get(plain.oz), outcomes.get(plain.o1)]
  if (recipe === plain.oz || oz === undefined) return true
  if (level !== 'max' && oz.bytes.length > (1 - worthwhileGain) * module.bytes.length) return false
  if (recipe !== plain.withoutInlining) return true
  // -O1 never inlines: it has all functions that are reached.
  return oz.bodies.count < inliningMatters * (o1 ?? module).bodies.count
}

/** Exactly the features that the module uses: wasm-opt then neither refuses it nor brings in others. */
export function wasmOptFlags(module: WasmModule, { keepNames }: Pick<WasmSettings, 'keepNames'>): string[] {
  return [...binaryenFlags(module.features.map(({ feature }) => feature)), ...(keepNames ? ['-g'] : [])]
}

function reportSkipped(skipped: readonly Recipe[], module: WasmModule, { path, settings, tool, context }: Race): void {
  const seconds = Math.ceil(skipped.reduce((sum, recipe) => sum + estimate(module, recipe, tool), 0))
  context.report({
    severity: 'info',
    code: 'transform/skipped',
    message: `wasm-opt ${skipped.map(({ name }) => name).join(', ')} not tried: about ${seconds} s more than is left of the time budget of ${settings.timeBudget} s`,
    hint: 'Raise wasm.timeBudget (seconds) to have them tried.',
    location: { path },
  })
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
