import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { entriesOf } from '../core/package-entries.ts'

/** The fields of a package.json that say what a package needs and where it runs; anything malformed is left out. */
export interface PackageJson {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly os: readonly string[]
  readonly cpu: readonly string[]
  readonly libc: readonly string[]
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  readonly gypfile: boolean
  /** Files that it has for its users, as written. */
  readonly entries: readonly string[]
}

/** undefined when there is none, or it is no JSON object. */
export async function readPackageJson(folder: string): Promise<PackageJson | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return parsePackageJson(JSON.parse(text.replace(/^\uFEFF/, '')))
  } catch {
    return undefined
  }
}

export function parsePackageJson(value: unknown): PackageJson | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const fields = value as Record<string, unknown>
  return {
    name: text(fields['name']) ?? '',
    version: text(fields['version']) ?? '',
    ...(text(fields['license']) === undefined ? {} : { license: text(fields['license'])! }),
    os: list(fields['os']),
    cpu: list(fields['cpu']),
    libc: list(fields['libc']),
    dependencies: map(fields['dependencies']),
    optionalDependencies: map(fields['optionalDependencies']),
    devDependencies: map(fields['devDependencies']),
    scripts: map(fields['scripts']),
    gypfile: fields['gypfile'] === true,
    entries: entriesOf(fields),
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** npm takes a single name for a list of one. */
function list(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function map(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
