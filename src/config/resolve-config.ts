import { ConfigError } from '../core/errors.ts'
import type { JsonValue } from '../core/json.ts'
import { nearest } from '../core/nearest.ts'
import { type Architecture, architectures, parseArchitecture } from '../core/requirement.ts'
import { askedReports, type ReportLayer } from './asked-reports.ts'
import { parseBudget } from './budgets.ts'
import type { Config, SectionValues } from './config.ts'
import { type Option, type OptionSection, optionSections } from './options.ts'

type Loose = Readonly<Record<string, unknown>>

const severities = ['off', 'info', 'warning', 'error'] as const

/**
 * Loose types end here: merges layers (later ones win), fills defaults, refuses unknown keys and wrong types.
 *
 * @param layers each with the name that errors cite: `shrink.config.ts`, `command line`
 * @throws ConfigError
 */
export function resolveConfig(layers: readonly { readonly from: string; readonly values: unknown }[]): Config {
  const sections: Record<string, Record<string, JsonValue>> = {}
  for (const section of optionSections) {
    sections[section.key] = Object.fromEntries(section.options.map((option) => [option.key, option.default]))
  }
  for (const { from, values } of layers) {
    if (!isObject(values)) throw new ConfigError(`${from}: the configuration must be an object, not ${typeName(values)}`)
    applyLayer(sections, from, values)
  }
  const top = sections['']!
  const rules = top['rules'] as Record<string, string>
  for (const [rule, severity] of Object.entries(rules)) {
    if (!severities.some((known) => known === severity)) {
      throw new ConfigError(`rules: ${rule}: \`${severity}\` is none of ${severities.join(', ')}`)
    }
  }
  const userTargets = top['targets']
  if (userTargets !== null && !Array.isArray(userTargets)) throw new ConfigError('targets: a list of targets is needed')
  return {
    out: top['out'] as string,
    architectures: (top['arch'] as string[]).map(toArchitecture),
    targets: top['target'] as string[],
    level: top['level'] as Config['level'],
    measure: top['measure'] as Config['measure'],
    failOn: top['failOn'] as Config['failOn'],
    budgets: (top['maxSize'] as string[]).map(parseBudget),
    reports: askedReports(layers.map(({ from, values }) => reportLayer(from, values as Loose))),
    against: top['against'] as string | null,
    json: top['json'] as boolean,
    quiet: top['quiet'] as boolean,
    jobs: top['jobs'] as number | null,
    compressedSizes: top['compressedSizes'] as Config['compressedSizes'],
    by: top['by'] as Config['by'],
    code: top['code'] as Config['code'],
    cpu: top['cpu'] as string | null,
    rules: rules as Config['rules'],
    userTargets: userTargets ?? [],
    formats: {
      elf: sections['elf'] as SectionValues,
      wasm: sections['wasm'] as SectionValues,
      js: sections['js'] as SectionValues,
    },
    bundle: sections['bundle'] as SectionValues,
    package: sections['package'] as SectionValues,
  }
}

/** Of a layer that was checked. */
function reportLayer(from: string, { reporter, json }: Loose): ReportLayer {
  return {
    from,
    ...(reporter === undefined ? {} : { reporter: typeof reporter === 'string' ? [reporter] : (reporter as string[]) }),
    ...(json === undefined ? {} : { json: json as boolean }),
  }
}

function applyLayer(sections: Record<string, Record<string, JsonValue>>, from: string, values: Loose): void {
  const topOptions = optionSections.find((section) => section.key === '')!
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue
    const section = optionSections.find((candidate) => candidate.key !== '' && candidate.key === key)
    if (section !== undefined) {
      if (!isObject(value)) throw new ConfigError(`${from}: ${key}: an object is needed, not ${typeName(value)}`)
      for (const [inner, innerValue] of Object.entries(value)) {
        if (innerValue === undefined) continue
        sections[key]![inner] = checkOption(section, inner, innerValue, `${from}: ${key}.${inner}`)
      }
      continue
    }
    sections['']![key] = checkOption(topOptions, key, value, `${from}: ${key}`)
  }
}

function checkOption(section: OptionSection, key: string, value: unknown, where: string): JsonValue {
  const option = section.options.find((candidate) => candidate.key === key)
  if (option === undefined) {
    const names = [...section.options.map((known) => known.key), ...(section.key === '' ? sectionKeys() : [])]
    const near = nearest(key, names)
    throw new ConfigError(`${where}: no such option`, near ? `Did you mean \`${near}\`?` : `Known here: ${names.join(', ')}`)
  }
  return checkValue(option, value, where)
}

function checkValue(option: Option, value: unknown, where: string): JsonValue {
  const wrong = (needed: string): ConfigError => new ConfigError(`${where}: ${needed} is needed, not ${typeName(value)}`)
  if (value === null && (option.default === null || (option.type === 'string' && option.nullable))) return null
  switch (option.type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong('true or false')
      return value
    case 'string':
      if (typeof value !== 'string' || value === '') throw wrong('a text')
      return value
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong('a number')
      if (value < option.minimum) throw new ConfigError(`${where}: ${value} is below ${option.minimum}`)
      return value
    case 'enum': {
      if (typeof value !== 'string') throw wrong(`one of ${option.values.join(', ')}`)
      if (option.values.includes(value)) return value
      const near = nearest(value, option.values)
      throw new ConfigError(
        `${where}: \`${value}\` is none of ${option.values.join(', ')}`,
        near ? `Did you mean \`${near}\`?` : undefined,
      )
    }
    case 'list': {
      const list: unknown[] = typeof value === 'string' ? [value] : Array.isArray(value) ? value : []
      if (!Array.isArray(value) && typeof value !== 'string') throw wrong('a text or a list of texts')
      if (!list.every((item) => typeof item === 'string' && item !== '')) throw wrong('a list of texts')
      return list as string[]
    }
    case 'map':
      if (!isObject(value) || !Object.values(value).every((item) => typeof item === 'string')) {
        throw wrong('an object of texts')
      }
      return value as Record<string, string>
    case 'json':
      return value as JsonValue
  }
}

function toArchitecture(name: string): Architecture {
  const architecture = parseArchitecture(name)
  if (architecture !== undefined) return architecture
  const near = nearest(name, [...architectures, 'x64', 'arm64', 'amd64', 'ia32'])
  throw new ConfigError(
    `arch: \`${name}\` is not an architecture that is known`,
    near ? `Did you mean \`${near}\`?` : `Known: ${architectures.join(', ')}`,
  )
}

function sectionKeys(): string[] {
  return optionSections.map((section) => section.key).filter((key) => key !== '')
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'string' ? `\`${value}\`` : `a ${typeof value}`
}
