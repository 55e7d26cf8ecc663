import { canonicalFeature, cpuModels } from '../../../core/cpu-models.ts'
import { UsageError } from '../../../core/errors.ts'
import { nearest } from '../../../core/nearest.ts'
import type { Architecture } from '../../../core/requirement.ts'
import { arm64Features } from '../../../isa/arm64/scan.ts'
import { riscvExtensions } from '../../../isa/riscv/scan.ts'
import { opcodeTables } from '../../../isa/x86/expand-tables.ts'

/** Names that decoders know, by architecture. */
const decoderNames: Readonly<Partial<Record<Architecture, () => readonly string[]>>> = {
  'x86-64': () => opcodeTables().featureSets.flat(),
  aarch64: () => arm64Features,
  riscv64: () => riscvExtensions,
}

/** CPUs of one vocabulary: what an i386 program may use is what x86-64 CPUs have. */
const sameNames: Readonly<Partial<Record<Architecture, Architecture>>> = { i386: 'x86-64', riscv32: 'riscv64' }

/**
 * Is there a feature of that name on CPUs that run the file?
 * @throws UsageError where no CPU has one, or only CPUs of another architecture do
 */
export function checkFeatureName(name: string, architecture: Architecture | undefined): void {
  const wanted = canonicalFeature(name)
  const own = architecture === undefined ? undefined : (sameNames[architecture] ?? architecture)
  const model = cpuModels[name.toLowerCase()]
  if (model !== undefined) {
    throw new UsageError(`--feature: ${name} is a CPU (${model.title}), not a feature`, 'shrink analyze FILE says which CPUs a file runs on; --cpu judges it for one of them.')
  }
  const all = namesByArchitecture()
  const holders = [...all].filter(([, names]) => names.has(wanted)).map(([holder]) => holder)
  if (own === undefined || !all.has(own) || holders.includes(own)) return
  if (holders.length > 0) {
    throw new UsageError(`--feature: ${name} is a feature of ${holders.join(' and ')}, and this file is for ${architecture}`)
  }
  const near = nearest(name, [...all.get(own)!])
  throw new UsageError(
    `--feature: ${JSON.stringify(name)} is no CPU feature that is known`,
    near === undefined ? 'Names are those of CPUID, HWCAP and /proc/cpuinfo: avx2, sse4.2, bmi2, lse, dotprod, zba, …' : `Did you mean \`${near}\`?`,
  )
}

function namesByArchitecture(): Map<Architecture, ReadonlySet<string>> {
  const all = new Map<Architecture, Set<string>>()
  const add = (architecture: Architecture, names: Iterable<string>): void => {
    const known = all.get(architecture) ?? new Set()
    for (const name of names) if (name !== '' && !(name in cpuModels)) known.add(canonicalFeature(name))
    all.set(architecture, known)
  }
  for (const { architecture, features } of Object.values(cpuModels)) add(architecture, features)
  for (const [architecture, names] of Object.entries(decoderNames)) add(architecture as Architecture, names())
  return all
}
