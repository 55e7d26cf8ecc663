import type { Architecture } from './requirement.ts'
import { parseArchitecture } from './requirement.ts'

/** What a file name, a folder or a package name says about the place a build is for. A claim, not a fact. */
export interface PlatformName {
  /** As Node’s `process.platform` names it. */
  readonly os: string | undefined
  readonly architectures: readonly Architecture[]
  readonly libc: 'glibc' | 'musl' | undefined
}

const systems: Readonly<Record<string, string>> = {
  linux: 'linux',
  linuxmusl: 'linux',
  linuxglibc: 'linux',
  manylinux: 'linux',
  alpine: 'linux',
  android: 'android',
  darwin: 'darwin',
  macos: 'darwin',
  osx: 'darwin',
  apple: 'darwin',
  win32: 'win32',
  win: 'win32',
  win10: 'win32',
  windows: 'win32',
  freebsd: 'freebsd',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  sunos: 'sunos',
  aix: 'aix',
  openharmony: 'openharmony',
  ohos: 'openharmony',
}

const libcs: Readonly<Record<string, 'glibc' | 'musl'>> = {
  gnu: 'glibc',
  gnueabi: 'glibc',
  gnueabihf: 'glibc',
  glibc: 'glibc',
  linuxglibc: 'glibc',
  manylinux: 'glibc',
  musl: 'musl',
  musleabi: 'musl',
  musleabihf: 'musl',
  linuxmusl: 'musl',
  alpine: 'musl',
}

/** Words of an ABI, which belong to the platform part of a name but to neither machine nor system. */
const abiWords: ReadonlySet<string> = new Set(['msvc', 'eabi', 'eabihf', 'hf', 'abi'])

/** What the name of a file or folder calls a machine, first what Node does; besides what `parseArchitecture` knows. */
export const architectureWords: Readonly<Partial<Record<Architecture, readonly string[]>>> = {
  'x86-64': ['x64', 'x86_64', 'x86-64', 'amd64'],
  i386: ['ia32', 'i386', 'i686', 'x86', '386', 'i486', 'i586'],
  aarch64: ['arm64', 'aarch64', 'armv8', 'armv8l'],
  arm: ['arm', 'armv7', 'armv7l', 'armhf', 'armv6', 'armv6l', 'armv7a'],
  riscv64: ['riscv64', 'riscv64gc'],
  s390x: ['s390x'],
  ppc64le: ['ppc64', 'ppc64le', 'ppc64el', 'powerpc64le'],
  loongarch64: ['loong64', 'loongarch64'],
  wasm32: ['wasm32', 'wasi'],
}

/** Operating systems whose programs are ELF files. */
export const elfSystems: ReadonlySet<string> = new Set([
  'linux',
  'android',
  'freebsd',
  'netbsd',
  'openbsd',
  'sunos',
  'openharmony',
])

/** Reads `prebuilds/linux-x64/x.musl.node`, `@img/sharp-linuxmusl-arm64`, `lib/binding/napi-v3-linux-glibc-x64`, … */
export function readPlatformName(text: string): PlatformName {
  let os: string | undefined
  let libc: 'glibc' | 'musl' | undefined
  const architectures: Architecture[] = []
  for (const token of text
    .toLowerCase()
    .replaceAll(/x86[_-]64/g, 'x64')
    .split(/[^a-z0-9]+/)) {
    os = systems[token] ?? os
    libc = libcs[token] ?? libc
    const architecture = machineOf(token)
    if (architecture !== undefined && !architectures.includes(architecture)) architectures.push(architecture)
  }
  // Node calls POWER `ppc64` in both byte orders; Linux distributions for it are little-endian.
  const named = architectures.map((each) => (each === 'ppc64le' && os === 'aix' ? 'ppc64' : each))
  const more = named.length > 1 ? withoutTags(named) : named
  return { os, architectures: more, libc: os === undefined || os === 'linux' ? libc : undefined }
}

/** Is this word of a name one of its platform: a system, a machine, a C library, an ABI? */
export function isPlatformWord(word: string): boolean {
  const token = word.toLowerCase().replace(/^x86[_-]64$/, 'x64')
  return token in systems || token in libcs || abiWords.has(token) || machineOf(token) !== undefined
}

/** `linux-arm64/x.armv8.node` names the machine once more by its version: that is a tag, not a second machine. */
function withoutTags(architectures: readonly Architecture[]): Architecture[] {
  return architectures.filter((each) => each !== 'arm' || !architectures.includes('aarch64'))
}

const byWord: ReadonlyMap<string, Architecture> = new Map(
  Object.entries(architectureWords).flatMap(([architecture, words]) => words.map((word) => [word, architecture as Architecture] as const)),
)

function machineOf(token: string): Architecture | undefined {
  return byWord.get(token) ?? parseArchitecture(token)
}
