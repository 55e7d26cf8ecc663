import type { Architecture } from '../core/requirement.ts'
import { parseArchitecture } from '../core/requirement.ts'

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
  const named = architectures.map((each) => (each === 'ppc64' && os !== 'aix' ? 'ppc64le' : each))
  const more = named.length > 1 ? withoutTags(named) : named
  return { os, architectures: more, libc: os === undefined || os === 'linux' ? libc : undefined }
}

/** `linux-arm64/x.armv8.node` names the machine once more by its version: that is a tag, not a second machine. */
function withoutTags(architectures: readonly Architecture[]): Architecture[] {
  return architectures.filter((each) => each !== 'arm' || !architectures.includes('aarch64'))
}

function machineOf(token: string): Architecture | undefined {
  if (/^armv[67]l?$|^armhf$|^armv7a$/.test(token)) return 'arm'
  if (/^armv8l?$/.test(token)) return 'aarch64'
  if (token === 'powerpc64le') return 'ppc64le'
  if (/^i[3456]86$/.test(token)) return 'i386'
  return token === 'mips' || token === 'x86' || token.length > 2 ? parseArchitecture(token) : undefined
}
