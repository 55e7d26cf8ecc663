import { canonicalFeature, cpuModels } from '../../../core/cpu-models.ts'
import { UsageError } from '../../../core/errors.ts'
import { nearest } from '../../../core/nearest.ts'
import type { Architecture } from '../../../core/requirement.ts'
import { arm64Features } from '../../../isa/arm64/scan.ts'
import { riscvExtensions } from '../../../isa/riscv/scan.ts'
import { opcodeTables } from '../../../isa/x86/expand-tables.ts'

/**
 * The features meant by `--cpu`: a model's name, or a list of features. In the decoders' names.
 * A model of another architecture says nothing about this file: undefined.
 * @throws UsageError when a name is not known
 */
export function featuresOfModel(cpu: string, architecture: Architecture): ReadonlySet<string> | undefined {
  const model = cpuModels[cpu.toLowerCase()]
  if (model !== undefined) return model.architecture === architecture ? decoderNames(model.features) : undefined
  const names = cpu.split(',').map((name) => name.trim()).filter((name) => name !== '')
  const features = decoderNames(new Set(names.map(canonicalFeature)))
  const known = new Set([...features].map(canonicalFeature))
  const unknown = names.find((name) => !known.has(canonicalFeature(name)) && !everywhere.has(canonicalFeature(name)))
  if (unknown === undefined) return features
  const near = nearest(unknown, Object.keys(cpuModels))
  throw new UsageError(
    `--cpu: ${JSON.stringify(unknown)} is neither a CPU model nor a feature`,
    near === undefined ? `Models: ${Object.keys(cpuModels).join(', ')}` : `Did you mean \`${near}\`?`,
  )
}

/** Features of other architectures may be asked about in a tree that holds files of several. */
const everywhere: ReadonlySet<string> = new Set(Object.values(cpuModels).flatMap((model) => [...model.features]))

function decoderNames(canonical: ReadonlySet<string>): ReadonlySet<string> {
  const all = new Set([...opcodeTables().featureSets.flat(), ...arm64Features, ...riscvExtensions])
  return new Set([...all].filter((name) => canonical.has(canonicalFeature(name))))
}
