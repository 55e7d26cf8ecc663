import { ConfigError } from '../core/errors.ts'
import type { JsonValue } from '../core/json.ts'
import { nearest } from '../core/nearest.ts'
import { type Architecture, parseArchitecture } from '../core/requirement.ts'
import { dataDate } from './data-date.ts'
import { cpuModels } from '../core/cpu-models.ts'
import { from } from './fact.ts'
import { findTarget } from './find-target.ts'
import { engineNames, type Fact, type Limit, limitNames, type Target } from './target.ts'

type Loose = Readonly<Record<string, JsonValue | undefined>>
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const keys = [
  'id',
  'extends',
  'title',
  'architectures',
  'cpu',
  'libc',
  'symbolVersions',
  'libraries',
  'librariesComplete',
  'kernel',
  'pageSize',
  'engine',
  'builtins',
  'partialBuiltins',
  'runtimeCompilation',
  'limits',
  'supportEnds',
  'notes',
  'source',
  'date',
] as const

/**
 * Targets of the user's own, as the configuration gives them (`schema/targets.schema.json#/$defs/userTarget`). Each may
 * extend one of the data or one that stands before it.
 *
 * @throws ConfigError naming the target and the key
 */
export function readOwnTargets(values: readonly JsonValue[]): Target[] {
  const own: Target[] = []
  for (const [index, value] of values.entries()) {
    const target = readTarget(value, `targets[${index}]`, own)
    if (own.some((other) => other.id === target.id))
      throw new ConfigError(`targets[${index}]: ${target.id} is there twice`)
    own.push(target)
  }
  return own
}

function readTarget(value: JsonValue, where: string, own: readonly Target[]): Target {
  if (!isObject(value)) throw new ConfigError(`${where}: an object is needed`)
  for (const key of Object.keys(value)) {
    if ((keys as readonly string[]).includes(key)) continue
    const near = nearest(key, keys)
    throw new ConfigError(
      `${where}.${key}: no such key`,
      near ? `Did you mean \`${near}\`?` : `Known: ${keys.join(', ')}`,
    )
  }
  const id = text(value, 'id', where)
  if (id === undefined || !/^[\w./-]+$/.test(id))
    throw new ConfigError(`${where}.id: a name of letters, digits, . / _ - is needed`)
  const fact = from(
    text(value, 'source', where) ?? 'the configuration',
    text(value, 'date', where) ?? dataDate,
    'stated',
  )
  const base = baseOf(value, where, own)
  const title = text(value, 'title', where) ?? (value['extends'] === undefined ? id : `${id}, ${base.title}`)
  const target: Mutable<Target> = { ...base, id, title }
  readMachine(value, where, target, fact)
  readSystem(value, where, target, fact)
  readEngine(value, where, target, fact)
  const limits = readLimits(value, where, fact)
  if (limits !== undefined) target.limits = limits
  const ends = text(value, 'supportEnds', where)
  if (ends !== undefined) target.supportEnds = fact(ends)
  const notes = list(value, 'notes', where)
  if (notes !== undefined) target.notes = notes
  return target
}

function baseOf(value: Loose, where: string, own: readonly Target[]): Target {
  const base = text(value, 'extends', where)
  if (base === undefined) return { id: '', title: '', family: 'system', limits: [] }
  try {
    return findTarget(base, own)
  } catch (error) {
    throw new ConfigError(`${where}.extends: ${(error as Error).message}`, (error as ConfigError).hint)
  }
}

type MakeFact = <Value>(value: Value) => Fact<Value>

function readMachine(value: Loose, where: string, target: Mutable<Target>, fact: MakeFact): void {
  const names = list(value, 'architectures', where)
  if (names !== undefined)
    target.architectures = fact(names.map((name) => architectureOf(name, `${where}.architectures`)))
  const cpu = value['cpu']
  if (cpu === undefined) return
  const entries: [string, JsonValue][] =
    typeof cpu === 'string'
      ? [[cpuModels[cpu]?.architecture ?? '', cpu]]
      : isObject(cpu)
        ? Object.entries(cpu).map(([name, model]) => [name, model ?? null])
        : []
  if (entries.length === 0)
    throw new ConfigError(`${where}.cpu: a model, or an object of architecture and model, is needed`)
  const models: Partial<Record<Architecture, Fact<string>>> = { ...target.cpu }
  for (const [name, model] of entries) {
    if (typeof model !== 'string' || cpuModels[model] === undefined) {
      const near = typeof model === 'string' ? nearest(model, Object.keys(cpuModels)) : undefined
      throw new ConfigError(
        `${where}.cpu: ${JSON.stringify(model)} is not a CPU model that is known`,
        near ? `Did you mean \`${near}\`?` : `Known: ${Object.keys(cpuModels).join(', ')}`,
      )
    }
    models[architectureOf(name, `${where}.cpu`)] = fact(model)
  }
  target.cpu = models
}

function readSystem(value: Loose, where: string, target: Mutable<Target>, fact: MakeFact): void {
  const libc = value['libc']
  if (libc !== undefined) target.libc = fact(readLibc(libc, `${where}.libc`))
  const versions = value['symbolVersions']
  if (versions !== undefined) {
    if (!isObject(versions)) throw new ConfigError(`${where}.symbolVersions: an object is needed`)
    const read = Object.keys(versions).map(
      (name) => [name, fact(text(versions, name, `${where}.symbolVersions`) ?? '')] as const,
    )
    target.symbolVersions = { ...target.symbolVersions, ...Object.fromEntries(read) }
  }
  const libraries = list(value, 'libraries', where)
  if (libraries !== undefined) target.libraries = fact([...(target.libraries?.value ?? []), ...libraries])
  const complete = flag(value, 'librariesComplete', where)
  if (complete !== undefined) target.librariesComplete = complete
  const kernel = text(value, 'kernel', where)
  if (kernel !== undefined) target.kernel = fact(kernel)
  const pageSize = amount(value, 'pageSize', where)
  if (pageSize !== undefined) target.pageSize = fact(pageSize)
}

function readLibc(value: JsonValue, where: string): { name: 'glibc' | 'musl'; version?: string } {
  const words = typeof value === 'string' ? /^(glibc|musl)(?:[ -]?(\d+(?:\.\d+)*))?$/.exec(value) : null
  const name = words?.[1] ?? (isObject(value) ? value['name'] : undefined)
  const version = words?.[2] ?? (isObject(value) ? text(value, 'version', where) : undefined)
  if (name !== 'glibc' && name !== 'musl') throw new ConfigError(`${where}: \`glibc 2.31\` or \`musl\` is needed`)
  return { name, ...(version === undefined ? {} : { version }) }
}

function readEngine(value: Loose, where: string, target: Mutable<Target>, fact: MakeFact): void {
  const engine = value['engine']
  if (engine !== undefined) {
    const words = typeof engine === 'string' ? /^([a-z-]+?)(?:[ @-]?v?(\d+(?:\.\d+)*))?$/.exec(engine) : null
    const name = words?.[1] ?? (isObject(engine) ? engine['name'] : undefined)
    const known = engineNames.find((candidate) => candidate === name)
    if (known === undefined)
      throw new ConfigError(`${where}.engine: \`node 22\` is needed; known: ${engineNames.join(', ')}`)
    const version = words?.[2] ?? (isObject(engine) ? text(engine, 'version', `${where}.engine`) : undefined)
    target.engine = fact({ name: known, ...(version === undefined ? {} : { version }) })
  }
  const builtins = list(value, 'builtins', where)
  if (builtins !== undefined) target.builtins = fact(builtins)
  const partial = list(value, 'partialBuiltins', where)
  if (partial !== undefined) target.partialBuiltins = fact(partial)
  const compiles = flag(value, 'runtimeCompilation', where)
  if (compiles !== undefined) target.runtimeCompilation = fact(compiles)
}

function readLimits(value: Loose, where: string, fact: MakeFact): Limit[] | undefined {
  const limits = value['limits']
  if (limits === undefined) return undefined
  if (!isObject(limits)) throw new ConfigError(`${where}.limits: an object such as { "zip": 52428800 } is needed`)
  return Object.keys(limits).map((key) => {
    const name = limitNames.find((candidate) => candidate === key)
    if (name === undefined) {
      const near = nearest(key, limitNames)
      throw new ConfigError(
        `${where}.limits.${key}: no such limit`,
        near ? `Did you mean \`${near}\`?` : `Known: ${limitNames.join(', ')}`,
      )
    }
    return { name, max: fact(amount(limits, key, `${where}.limits`) ?? 0) }
  })
}

function architectureOf(name: string, where: string): Architecture {
  const architecture = parseArchitecture(name)
  if (architecture === undefined) throw new ConfigError(`${where}: \`${name}\` is not an architecture that is known`)
  return architecture
}

function text(value: Loose, key: string, where: string): string | undefined {
  const found = value[key]
  if (found === undefined || (typeof found === 'string' && found !== '')) return found
  throw new ConfigError(`${where}.${key}: a text is needed`)
}

function amount(value: Loose, key: string, where: string): number | undefined {
  const found = value[key]
  if (found === undefined || (typeof found === 'number' && Number.isFinite(found) && found >= 0)) return found
  throw new ConfigError(`${where}.${key}: a number is needed`)
}

function flag(value: Loose, key: string, where: string): boolean | undefined {
  const found = value[key]
  if (found === undefined || typeof found === 'boolean') return found
  throw new ConfigError(`${where}.${key}: true or false is needed`)
}

function list(value: Loose, key: string, where: string): string[] | undefined {
  const found = value[key]
  if (found === undefined) return undefined
  if (Array.isArray(found) && found.every((item) => typeof item === 'string' && item !== '')) return found as string[]
  throw new ConfigError(`${where}.${key}: a list of texts is needed`)
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
