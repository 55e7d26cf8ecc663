import { ShrinkError } from '../../../core/errors.ts'
import type { Context } from '../../../core/context.ts'
import type { Tool } from '../../../core/tool.ts'
import type { Transform } from '../../../core/transform.ts'
import type { WasmDetail } from '../detail.ts'
import { binaryenFlags, type FeatureId, features, runtimeFeature } from '../features.ts'
import type { WasmModule } from '../read/module.ts'
import { readModule } from '../read/read-module.ts'
import { interfaceProblems } from '../verify.ts'
import { hostVerdict } from './host-validate.ts'
import { choose, type Left, type Wanted, wanted } from './lowering/choose.ts'
import { lowerable, lowerings, whyNotLowered } from './lowering/lowerings.ts'
import { mapModules } from './map-modules.ts'
import { openWasmOpt } from './open-wasm-opt.ts'
import { isObjectFile } from './strip-sections.ts'
import { type WasmSettings, wasmSettings } from './wasm-settings.ts'

/** Replaces features that the user's engines lack by what came before them, where that can be done. */
export const lower: Transform<WasmDetail> = {
  id: 'wasm/lower',
  title: 'Replace features by what came before them',
  safety: 'needs-run-check',
  redefines: true,
  applies: ({ detail }, settings) => wanted(detail, wasmSettings(settings)).length > 0,
  async apply(artifact, { detail }, transformSettings, context) {
    const settings = wasmSettings(transformSettings)
    const { chosen, left } = choose(detail, settings)
    reportLeft(left, artifact.path, context)
    if (chosen.length === 0) return { artifact, changes: [] }
    if (detail.modules.some(isObjectFile)) throw new ShrinkError('transform/skipped', 'relocatable object files are left as they are')
    const ids = chosen.map(({ feature }) => feature)
    const needsTool = ids.some((id) => lowerings[id]!.passes !== undefined)
    const tool = needsTool ? await openWasmOpt(settings.wasmOpt, context) : undefined
    try {
      let engineAgrees = true
      const bytes = await mapModules(detail, async (module) => {
        const lowered = await lowerModule(module, ids, settings, tool)
        // Of what came instead (exnref) this engine may know nothing; what it does know it has to take.
        engineAgrees &&= hostVerdict(module.bytes, lowered) === 'valid'
        return lowered
      })
      return {
        artifact: { path: artifact.path, bytes },
        changes: [
          {
            transform: 'wasm/lower',
            what: describe(chosen, tool),
            before: artifact.bytes.byteLength,
            after: bytes.byteLength,
            verifiedBy: ['read back: the features are gone', ...(engineAgrees ? ['WebAssembly.validate'] : []), 'imports and exports compared'],
          },
        ],
      }
    } finally {
      await tool?.close()
    }
  },
}

function reportLeft(left: readonly Left[], path: string, context: Context): void {
  const report = (message: string, hint: string): void =>
    context.report({ severity: 'warning', code: 'transform/skipped', message, hint, location: { path } })
  for (const { feature } of left.filter(({ targets }) => targets.length === 0)) {
    const can = `These can be lowered: ${lowerable.join(', ')}.`
    report(`${features[feature].title} cannot be lowered: ${whyNotLowered(feature)}`, `Build the module without it. ${can}`)
  }
  for (const target of [...new Set(left.flatMap(({ targets }) => targets))].sort()) {
    const causes = left.filter(({ targets }) => targets.includes(target)).map(({ feature, why }) => `${feature} (${why})`)
    report(`${target} lacks what cannot be lowered: ${causes.join(', ')}`, 'Build the module without it, or for another target.')
  }
}

async function lowerModule(
  module: WasmModule,
  asked: readonly FeatureId[],
  settings: WasmSettings,
  tool: Tool | undefined,
): Promise<Uint8Array> {
  const used = new Set(module.features.map(({ feature }) => feature))
  const ids = asked.filter((id) => used.has(id))
  const plain = ids.reduce((bytes, id) => lowerings[id]!.own?.(bytes) ?? bytes, module.bytes)
  const passes = [...new Set(ids.flatMap((id) => lowerings[id]!.passes ?? []))]
  const bytes = passes.length === 0 || tool === undefined ? plain : await runPasses(plain, ids, passes, settings, tool)
  if (bytes !== module.bytes) check(module, bytes, ids)
  return bytes
}

async function runPasses(
  bytes: Uint8Array,
  ids: readonly FeatureId[],
  passes: readonly string[],
  settings: WasmSettings,
  tool: Tool,
): Promise<Uint8Array> {
  const used = readModule(bytes).features.map(({ feature }) => feature)
  const helpers = ids.flatMap((id) => lowerings[id]!.passNeeds ?? []).filter((id) => !used.includes(id))
  const needed = [...ids.flatMap((id) => lowerings[id]!.instead ?? []), ...helpers]
  const names = settings.keepNames ? ['-g'] : []
  const limits = { seconds: 60 + settings.timeBudget, memory: settings.memoryLimit }
  const lowered = await tool.run(bytes, [...binaryenFlags([...used, ...needed]), ...names, ...passes], limits)
  return helpers.reduce((bytes, id) => lowerings[id]!.own?.(bytes) ?? bytes, lowered)
}

/** A pass that silently leaves some of it, or takes more away, would be worse than none. */
function check(before: WasmModule, bytes: Uint8Array, ids: readonly FeatureId[]): void {
  const after = readModule(bytes)
  const left = after.features.find(({ feature }) => ids.includes(feature))
  if (left !== undefined) {
    throw new ShrinkError('transform/failed', `${features[left.feature].title} could not be lowered completely: ${left.what} is still there`, {
      offset: left.offset,
    })
  }
  const allowed = new Set([...before.features.map(({ feature }) => feature), ...ids.flatMap((id) => lowerings[id]!.instead ?? [])])
  const gained = after.features.find(({ feature }) => !allowed.has(feature) && !allowed.has(runtimeFeature(feature)))
  if (gained !== undefined) throw new ShrinkError('transform/failed', `the result needs ${features[gained.feature].title} (${gained.what})`)
  const memoriesChange = ids.some((id) => lowerings[id]!.changesMemories)
  const [problem] = interfaceProblems(before, after, memoriesChange ? ['memory'] : [])
  if (problem !== undefined) throw new ShrinkError('transform/failed', problem)
  // An engine that lacks what came instead (exnref) cannot judge.
  const newer = after.features.some(({ feature }) => !before.features.some((known) => known.feature === feature))
  if (!newer && hostVerdict(before.bytes, bytes) === 'invalid') throw new ShrinkError('transform/failed', 'this engine does not take the result')
}

function describe(chosen: readonly Wanted[], tool: Tool | undefined): string {
  const lowered = chosen.map(({ feature }) => {
    const { instead = [], remark } = lowerings[feature]!
    return `${feature}${instead.length === 0 ? '' : ` to ${instead[0]}`}${remark === undefined ? '' : ` (${remark})`}`
  })
  const targets = [...new Set(chosen.flatMap(({ targets }) => targets))].sort()
  return `lowered ${lowered.join(', ')}${targets.length === 0 ? '' : ` for ${targets.join(', ')}`}${tool === undefined ? '' : ` with ${tool.title}`}`
}
