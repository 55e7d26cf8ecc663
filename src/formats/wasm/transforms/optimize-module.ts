import type { TransformSettings } from '../../../core/transform.ts'
import type { WasmModule } from '../read/module.ts'
import { chooseVariant, type Variant } from './choose-variant.ts'
import { type Layout, layOut, layoutsFor, layoutSource } from './function-layout.ts'
import { raceRecipes, type Race, runRecipe, wasmOptFlags } from './race.ts'
import { converging, recipesFor } from './recipes.ts'

/**
 * A core module made small: wasm-opt in several ways, each result laid out in several ways, the smallest of them all
 * in the measure asked for. The input itself takes part: nothing comes back larger.
 */
export async function optimizeModule(module: WasmModule, race: Race): Promise<Variant> {
  const { bytes } = module
  const results = await raceRecipes(module, race)
  const { measure, level } = race.settings
  const input: Variant = { bytes, steps: [], bar: true }
  // Where more than one recipe was worth it, the input is far behind.
  const inputs = results.length > 1 ? [input] : withLayouts(input, race.settings)
  let best = chooseVariant([...inputs, ...results.flatMap((variant) => withLayouts(variant, race.settings))], measure)
  if (level === 'max') {
    const winner = recipesFor(level, measure).find(({ name }) => best.steps[0]?.endsWith(` ${name}`))
    const again = winner && (await runRecipe(module, converging(winner), wasmOptFlags(module, race.settings), race))
    if (again !== undefined) {
      const converged: Variant = { bytes: again.bytes, steps: [`${race.tool.title} ${converging(winner!).name}`] }
      best = chooseVariant([{ ...best, bar: true }, ...withLayouts(converged, race.settings)], measure)
    }
  }
  return best
}

/** The variant and its layouts. */
export function withLayouts(variant: Variant, { level, measure }: Pick<TransformSettings, 'level' | 'measure'>): Variant[] {
  const source = layoutSource(variant.bytes)
  if (source === undefined) return [variant]
  return [
    variant,
    ...layoutsFor(level, measure).map((layout) => ({ bytes: layOut(source, layout), steps: [...variant.steps, layoutNames[layout]] })),
  ]
}

const layoutNames: Readonly<Record<Layout, string>> = {
  'by-use': 'functions ordered by use',
  'by-type': 'functions ordered by type and body',
  'by-body': 'functions ordered by body',
  'by-size': 'functions ordered by type, size and body',
}
