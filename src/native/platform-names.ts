import { architectureWords, systemWords } from './platform.ts'
import type { NativePlatform } from './platform.ts'
import type { PackageJson } from './package-json.ts'

/** For what a package or file says that it is, by its fields or its name. Empty lists say nothing. */
export interface DeclaredPlatform {
  readonly os: readonly string[]
  readonly cpu: readonly string[]
  readonly libc: readonly string[]
}

const wordToSystem = invert(systemWords)
const wordToArchitecture = invert(architectureWords)
/** Words of an ABI, which belong to the platform part of a name but to neither machine nor system. */
const abiWords = new Set(['gnu', 'musl', 'glibc', 'msvc', 'eabi', 'eabihf', 'gnueabihf', 'musleabihf', 'gnueabi', 'musleabi', 'hf', 'abi'])

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
  const words = wordsOf(name)
  const libc = words.some((word) => word.startsWith('musl') || word === 'linuxmusl' || word === 'alpine')
    ? ['musl']
    : words.some((word) => word.startsWith('gnu') || word === 'glibc')
      ? ['glibc']
      : []
  return { os: known(words, wordToSystem), cpu: known(words, wordToArchitecture), libc }
}

/** The name without its words of platform: what builds of one thing for several platforms have in common. */
export function withoutPlatform(name: string): string {
  return wordsAndSeparators(name)
    .filter((part) => !isPlatformWord(part))
    .join('')
    .replaceAll(/[-_.+]{2,}/g, '-')
    .replaceAll(/[-_.+]+(?=\/|$)/g, '')
}

function isPlatformWord(part: string): boolean {
  const word = part.toLowerCase()
  return wordToSystem.has(word) || wordToArchitecture.has(word) || abiWords.has(word)
}

/** `x86_64` and `x86-64` are one word. */
function wordsAndSeparators(name: string): string[] {
  return name.split(/(x86[_-]64|linux-musl|[^A-Za-z0-9]+)/).filter((part) => part !== '')
}

function wordsOf(name: string): string[] {
  return wordsAndSeparators(name).map((part) => part.toLowerCase())
}

function known(words: readonly string[], table: ReadonlyMap<string, string>): string[] {
  return [...new Set(words.map((word) => table.get(word)).filter((word) => word !== undefined))]
}

function invert(table: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(table).flatMap(([name, words]) => words.map((word) => [word, name] as const)))
}
