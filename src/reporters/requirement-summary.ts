import { compareVersions } from '../core/compare-versions.ts'
import type { CapabilityKind, Need, Requirement } from '../core/requirement.ts'
import { formatMemory } from './units.ts'

/** How a kind of capability reads in a line: its label, and one item of it. */
const lines: readonly { readonly label: string; readonly kinds: readonly CapabilityKind[] }[] = [
  { label: 'cpu', kinds: ['architecture', 'abi', 'cpu-feature', 'page-size'] },
  { label: 'system', kinds: ['libc', 'symbol-version', 'loader', 'kernel'] },
  { label: 'libraries', kinds: ['library'] },
  { label: 'node', kinds: ['node', 'node-api', 'node-abi', 'node-builtin'] },
  { label: 'javascript', kinds: ['module-kind', 'js-syntax'] },
  { label: 'globals', kinds: ['js-global'] },
  { label: 'wasm', kinds: ['wasm-feature', 'wasm-interface', 'wasm-import', 'wasm-memory'] },
  { label: 'run time', kinds: ['runtime-compilation'] },
]

/** Items beyond this are counted, not listed. */
const maxItems = 8

/** What an artifact requires, a line for each area: `libraries  libc.so.6, libm.so.6`. */
export function summarizeRequirements(requirements: readonly Requirement[]): { label: string; text: string }[] {
  const summary: { label: string; text: string }[] = []
  for (const { label, kinds } of lines) {
    const parts: string[] = []
    const those = withoutImplied(requirements.filter(({ kind }) => kinds.includes(kind)))
    for (const need of ['required', 'possible', 'guarded'] as const) {
      const items = newestSyntax(those.filter((requirement) => requirement.need === need)).map(requirementText)
      if (items.length > 0) parts.push(group(need, [...new Set(items)]))
    }
    if (parts.length > 0) summary.push({ label, text: parts.join(' · ') })
  }
  return summary
}

/** What needs Node 15 for sure needs not be told to need Node 10 perhaps: of releases of Node, those above a surer need. */
function withoutImplied(requirements: readonly Requirement[]): readonly Requirement[] {
  return requirements.filter(
    ({ kind, need, version }) =>
      kind !== 'node' ||
      version === undefined ||
      !requirements.some((other) => other.kind === kind && other.version !== undefined && isSurer(other.need, need) && compareVersions(other.version, version) >= 0),
  )
}

function isSurer(one: Need, other: Need): boolean {
  const order: readonly Need[] = ['required', 'possible', 'guarded']
  return order.indexOf(one) < order.indexOf(other)
}

/** What reads the newest edition of the language reads the older ones: of syntax, only what is newest decides. */
function newestSyntax(requirements: readonly Requirement[]): readonly Requirement[] {
  const year = ({ kind, version }: Requirement): number => (kind === 'js-syntax' ? Number(/^es(\d{4})$/.exec(version ?? '')?.[1] ?? Infinity) : 0)
  const known = requirements.map(year).filter(Number.isFinite)
  const newest = Math.max(...known)
  return requirements.filter((requirement) => requirement.kind !== 'js-syntax' || year(requirement) >= newest)
}

function group(need: Need, items: readonly string[]): string {
  const listed = items.slice(0, maxItems).join(', ')
  const more = items.length > maxItems ? ` and ${items.length - maxItems} more` : ''
  return `${need === 'required' ? '' : `${need}: `}${listed}${more}`
}

/** `glibc ≥ 2.28`, `avx2`: without how surely it is needed. */
export function requirementText({ kind, name, version, value }: Requirement): string {
  switch (kind) {
    case 'libc':
    case 'symbol-version':
    case 'node':
      return version === undefined ? name : `${name} ≥ ${version}`
    case 'page-size':
      return `pages ≤ ${formatMemory(Number(name))}`
    case 'node-api':
      return version === undefined ? 'Node-API' : `Node-API ${version}`
    case 'node-abi':
      return `Node ABI ${version ?? name}`
    case 'js-syntax':
      return version === undefined ? name : `${name} (${version})`
    case 'wasm-memory':
      return value === undefined ? `${name} memory` : `${name} memory ${formatMemory(value)}`
    case 'module-kind':
    case 'architecture':
    case 'cpu-feature':
    case 'library':
    case 'loader':
    case 'node-builtin':
    case 'js-global':
    case 'wasm-feature':
    case 'wasm-import':
    case 'runtime-compilation':
      return name
    default:
      return version === undefined ? name : `${name} ${version}`
  }
}
