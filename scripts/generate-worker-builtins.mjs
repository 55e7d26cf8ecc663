// Writes src/targets/data/worker-builtins.generated.ts: the Node modules that Cloudflare Workers have with
// `nodejs_compat`, by compatibility date, as Cloudflare's own preset says (@cloudflare/unenv-preset, MIT OR Apache-2.0).
//   node scripts/generate-worker-builtins.mjs
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { unpackPackage } from './unpack-package.mjs'

const date = '2026-11-20'
const version = '2.16.2'
const integrity = 'sha512-JBP1+Z7ZSNG/d4mRP+y8VC5dka3tZVMLEZRvS+rzQ4DGV1EoxRFQckcJTTkXbHSQiTj0DtNI01Zwb/V2fX0mvQ=='

const folder = await unpackPackage('@cloudflare/unenv-preset', version, integrity)
const { getCloudflarePreset } = await import(pathToFileURL(`${folder}/dist/index.mjs`).href)

// Compatibility dates are days: the days on which the answer changes are found by asking for each.
const days = []
for (let day = Date.UTC(2024, 8, 23); day <= Date.parse(date); day += 86_400_000) days.push(new Date(day).toISOString().slice(0, 10))
const steps = []
let last = ''
for (const day of days) {
  const preset = getCloudflarePreset({ compatibilityDate: day, compatibilityFlags: ['nodejs_compat'] })
  const names = (list) => [...new Set(list)].filter((name) => !name.startsWith('_') && !name.startsWith('node:')).sort()
  const full = names(preset.external)
  const partial = names(Object.entries(preset.alias).filter(([from, to]) => !from.startsWith('node:') && to.startsWith('@cloudflare/')).map(([from]) => from))
  const text = JSON.stringify([full, partial])
  if (text !== last) steps.push({ from: day, full, partial })
  last = text
}

const list = (names) => `[${names.map((name) => `'${name}'`).join(', ')}]`
const rows = steps.map((step, index) => {
  const before = steps[index - 1] ?? { full: [], partial: [] }
  const added = step.full.filter((name) => !before.full.includes(name))
  const removed = before.full.filter((name) => !step.full.includes(name))
  if (removed.length > 0) throw new Error(`${step.from} takes ${removed} away: the table cannot say that`)
  return `  { from: '${step.from}', full: ${list(added)}, partial: ${list(step.partial)} },`
})
writeFileSync(
  new URL('../src/targets/data/worker-builtins.generated.ts', import.meta.url),
  `// Written by scripts/generate-worker-builtins.mjs. Do not edit.
export interface WorkerBuiltins {
  /** Compatibility date from which this row counts. */
  readonly from: string
  /** Modules that workerd has itself from then on, beside those of the rows before. */
  readonly full: readonly string[]
  /** Modules of which a part is there, as of this row: the rest throws. */
  readonly partial: readonly string[]
}

export const workerBuiltinsSource = '@cloudflare/unenv-preset ${version} with nodejs_compat'
export const workerBuiltinsDate = '${date}'

export const workerBuiltins: readonly WorkerBuiltins[] = [
${rows.join('\n')}
]
`,
)
