import { isPlatformWord, readPlatformName } from '../core/platform-name.ts'
import { nodeNames } from './platform.ts'
import type { NativePlatform } from './platform.ts'
import type { PackageJson } from './package-json.ts'

/** For what a package or file says that it is, by its fields or its name. Empty lists say nothing. */
export interface DeclaredPlatform {
  readonly os: readonly string[]
  readonly cpu: readonly string[]
  readonly libc: readonly string[]
}

/** Does a package that declares this run there? The lists mean what npm means: names, or `!name` for all but it. */
export function fits(declared: DeclaredPlatform, platform: NativePlatform): boolean {
  return allows(declared.os, platform.os) && allows(declared.cpu, platform.nodeArch) && allows(declared.libc, platform.libc)
}

function allows(names: readonly string[], name: string): boolean {
  if (names.length === 0 || (names.length === 1 && names[0] === 'any')) return true
  if (names.includes(`!${name}`)) return false
  return names.includes(name) || names.every((other) => other.startsWith('!'))
}

/**
 * The fields of a manifest, completed from the package's name: the C library is often in the name alone.
 * undefined for a package that runs everywhere.
 */
export function declaredPlatform(name: string, manifest: PackageJson | undefined): DeclaredPlatform | undefined {
  const named = platformInName(name)
  if (manifest === undefined) return named.os.length > 0 && named.cpu.length > 0 ? named : undefined
  if (manifest.os.length === 0 && manifest.cpu.length === 0) return undefined
  const libc = manifest.libc.length > 0 ? manifest.libc : named.libc
  return { os: manifest.os, cpu: manifest.cpu, libc }
}

/** What the words of a name or path say. */
export function platformInName(name: string): DeclaredPlatform {
  const { os, architectures, libc } = readPlatformName(name)
  return {
    os: os === undefined ? [] : [os],
    cpu: [...new Set(architectures.map((architecture) => nodeNames[architecture] ?? architecture))],
    libc: libc === undefined ? [] : [libc],
  }
}

/** The name without its words of platform: what builds of one thing for several platforms have in common. */
export function withoutPlatform(name: string): string {
  return name
    .split(/(x86[_-]64|[^A-Za-z0-9]+)/)
    .filter((part) => part !== '' && !isPlatformWord(part))
    .join('')
    .replaceAll(/[-_.+]{2,}/g, '-')
    .replaceAll(/[-_.+]+(?=\/|$)/g, '')
}
