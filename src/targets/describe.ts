import { nodeArchitectureName, type Engine, type Libc, type Target, type TargetFamily } from './target.ts'

const families: Readonly<Record<TargetFamily, string>> = {
  functions: 'functions',
  edge: 'edge',
  system: 'systems',
  runtime: 'runtimes',
  browser: 'browsers',
}

/** A target in a few words, for listings. Empty: not known, or anything. */
export function describeTarget(target: Target): {
  readonly id: string
  readonly title: string
  readonly family: string
  readonly architectures: string
  readonly libc: string
  readonly engine: string
} {
  const machines = target.architectures?.value
  return {
    id: target.id,
    title: target.title,
    family: families[target.family],
    architectures:
      machines === undefined ? '' : machines.length === 0 ? 'none' : machines.map(nodeArchitectureName).join(', '),
    libc: target.libc === undefined ? '' : versionText(target.libc.value),
    engine: target.engine === undefined ? '' : versionText(target.engine.value),
  }
}

/** The value of a fact, as text. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => String(item)).join(', ')
  if (typeof value === 'object' && value !== null && 'name' in value) return versionText(value as Engine | Libc)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}

function versionText({ name, version }: Engine | Libc): string {
  return version === undefined ? name : `${name} ${version}`
}
