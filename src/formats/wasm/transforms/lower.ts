import { ConfigError, ShrinkError } from '../../../core/errors.ts'
import { nearest } from '../../../core/nearest.ts'
import type { Transform } from '../../../core/transform.ts'
import type { WasmDetail } from '../detail.ts'
import { binaryenFlags, featureIds, type FeatureId, features, findFeature } from '../features.ts'
import { readModule } from '../read/read-module.ts'
import { mapModules } from './map-modules.ts'
import { hostVerdict } from './host-validate.ts'
import { openWasmOpt } from './optimize.ts'
import { lowerRelaxedSimd } from './relaxed-simd.ts'
import { lowerSaturatingConversions } from './saturating-conversions.ts'
import { isObjectFile } from './strip-sections.ts'
import { type WasmSettings, wasmSettings } from './wasm-settings.ts'

/** How a feature is replaced by what engines had before it. */
interface Lowering {
  /** By ourselves, before wasm-opt. */
  readonly own?: (bytes: Uint8Array) => Uint8Array
  /** wasm-opt passes. */
  readonly passes: readonly string[]
  /** Features that the result needs instead. */
  readonly instead?: readonly FeatureId[]
}

/**
 * What can be lowered. Two passes of wasm-opt are not used because they change what a module computes:
 * `--remove-relaxed-simd` and `--llvm-nontrapping-fptoint-lowering` (see the functions that stand for them).
 */
const lowerings: Partial<Record<FeatureId, Lowering>> = {
  'sign-extensions': { passes: ['--signext-lowering'] },
  'bulk-memory': { passes: ['--llvm-memory-copy-fill-lowering'] },
  'bulk-memory-opt': { passes: ['--llvm-memory-copy-fill-lowering'] },
  'saturated-float-to-int': { own: lowerSaturatingConversions, passes: [] },
  exceptions: { passes: ['--translate-to-exnref'], instead: ['exceptions-final', 'exception-tags', 'reference-types', 'multi-value'] },
  'multi-memory': { passes: ['--multi-memory-lowering'] },
  memory64: { passes: ['--memory64-lowering'], instead: ['bulk-memory-opt'] },
  'relaxed-simd': { own: lowerRelaxedSimd, passes: [], instead: ['simd'] },
}

/** The features that can be lowered, in the order of the table. */
export const lowerable: readonly FeatureId[] = featureIds.filter((id) => lowerings[id] !== undefined)

/** Replaces features that the user's engines lack by what came before them, where that can be done. */
export const lower: Transform<WasmDetail> = {
  id: 'wasm/lower',
  title: 'Replace features by what came before them',
  safety: 'needs-run-check',
  redefines: true,
  applies: ({ detail }, settings) => wasmSettings(settings).lower.length > 0 && wanted(detail, wasmSettings(settings)).length > 0,
  async apply(artifact, { detail }, transformSettings, context) {
    const settings = wasmSettings(transformSettings)
    if (detail.modules.some(isObjectFile)) throw new ShrinkError('transform/skipped', 'relocatable object files are left as they are')
    const asked = wanted(detail, settings)
    for (const feature of asked.filter((id) => lowerings[id] === undefined)) {
      context.report({
        severity: 'warning',
        code: 'transform/skipped',
        message: `${features[feature].title} cannot be lowered: there is no equivalent without it`,
        hint: `Build the module without it, or choose a target that has it. These can be lowered: ${lowerable.join(', ')}.`,
        location: { path: artifact.path },
      })
    }
    const possible = asked.filter((id) => lowerings[id] !== undefined)
    if (possible.length === 0) return { artifact, changes: [] }
    const passes = [...new Set(possible.flatMap((id) => lowerings[id]!.passes))]
    const tool = passes.length === 0 ? undefined : await openWasmOpt(settings.wasmOpt, context)
    try {
      const limits = { seconds: 60 + settings.timeBudget, memory: settings.memoryLimit }
      const bytes = await mapModules(detail, async (module) => {
        const plain = possible.reduce((bytes, id) => lowerings[id]!.own?.(bytes) ?? bytes, module.bytes)
        if (tool === undefined) return plain
        const used = readModule(plain).features.map(({ feature }) => feature)
        const needed = possible.filter((id) => used.includes(id)).flatMap((id) => lowerings[id]!.instead ?? [])
        const names = settings.keepNames ? ['-g'] : []
        return tool.run(plain, [...binaryenFlags([...used, ...needed]), ...names, ...passes], limits)
      })
      checkLowered(detail, artifact.bytes, bytes, possible)
      return {
        artifact: { path: artifact.path, bytes },
        changes: [
          {
            transform: 'wasm/lower',
            what: `lowered ${possible.join(', ')}${tool === undefined ? '' : ` with ${tool.title}`}`,
            before: artifact.bytes.byteLength,
            after: bytes.byteLength,
            verifiedBy: ['read back: the features are gone', 'WebAssembly.validate', 'exports compared'],
          },
        ],
      }
    } finally {
      await tool?.close()
    }
  },
}

/** The features asked for that the file uses. @throws ConfigError for a name that is none */
function wanted(detail: WasmDetail, { lower: names }: WasmSettings): FeatureId[] {
  const ids = names.map((name) => {
    const id = findFeature(name)
    if (id !== undefined) return id
    const near = nearest(name, featureIds)
    throw new ConfigError(`wasm.lower: \`${name}\` is no WebAssembly feature`, near && `Did you mean \`${near}\`?`)
  })
  const asked = new Set(ids.flatMap((id) => [id, ...featureIds.filter((part) => features[part].partOf === id)]))
  return featureIds.filter((id) => asked.has(id) && detail.features.some(({ feature }) => feature === id))
}

/** A pass that silently leaves some of it would be worse than none. */
function checkLowered(detail: WasmDetail, before: Uint8Array, after: Uint8Array, possible: readonly FeatureId[]): void {
  if (detail.kind !== 'module') return
  const [old, now] = [detail.modules[0]!, readModule(after)]
  const left = now.features.find(({ feature }) => possible.includes(feature))
  if (left !== undefined) {
    throw new ShrinkError('transform/failed', `${features[left.feature].title} could not be lowered completely: ${left.what} is still there`, {
      offset: left.offset,
    })
  }
  const exports = new Set(now.exports.map(({ name }) => name))
  const lost = old.exports.find(({ name }) => !exports.has(name))
  if (lost !== undefined) throw new ShrinkError('transform/failed', `export ${lost.name} is gone`)
  // An engine that lacks what came instead (exnref) cannot judge.
  const newer = now.features.some(({ feature }) => !old.features.some((known) => known.feature === feature))
  if (!newer && hostVerdict(before, after) === 'invalid') throw new ShrinkError('transform/failed', 'this engine does not take the result')
}
