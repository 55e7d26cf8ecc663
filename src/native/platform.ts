import { UsageError } from '../core/errors.ts'
import type { Architecture } from '../core/requirement.ts'

/** Where the output will run, in the words that npm packages use. */
export interface NativePlatform {
  readonly os: 'linux'
  readonly architecture: Architecture
  readonly libc: 'glibc' | 'musl'
  /** `process.arch` there. */
  readonly nodeArch: string
}

/** Node's names (`process.arch`) of the machines that Node has been ported to. */
const nodeNames: Readonly<Partial<Record<Architecture, string>>> = {
  'x86-64': 'x64',
  i386: 'ia32',
  aarch64: 'arm64',
  arm: 'arm',
  riscv64: 'riscv64',
  s390x: 's390x',
  ppc64le: 'ppc64',
  ppc64: 'ppc64',
  loongarch64: 'loong64',
  mips: 'mips',
  mipsel: 'mipsel',
  mips64el: 'mips64el',
}

/** @throws UsageError for a machine that no Node runs on */
export function nativePlatform(architecture: Architecture, libc: NativePlatform['libc'] = 'glibc'): NativePlatform {
  const nodeArch = nodeNames[architecture]
  if (nodeArch === undefined) {
    throw new UsageError(`Node does not run on ${architecture}, so there are no add-ons for it`)
  }
  return { os: 'linux', architecture, libc, nodeArch }
}

/** How a platform is written in messages: `linux-arm64-glibc`. */
export function platformName(platform: NativePlatform): string {
  return `${platform.os}-${platform.nodeArch}-${platform.libc}`
}

/** Other ways of writing a machine in the name of a file or folder. */
export const architectureWords: Readonly<Record<string, readonly string[]>> = {
  x64: ['x64', 'x86_64', 'x86-64', 'amd64'],
  ia32: ['ia32', 'i386', 'i686', 'x86', '386'],
  arm64: ['arm64', 'aarch64', 'armv8'],
  arm: ['arm', 'armv7', 'armv7l', 'armhf', 'armv6'],
  riscv64: ['riscv64', 'riscv64gc'],
  s390x: ['s390x'],
  ppc64: ['ppc64', 'ppc64le', 'ppc64el', 'powerpc64le'],
  loong64: ['loong64', 'loongarch64'],
  wasm32: ['wasm32', 'wasi'],
  mips: ['mips'],
  mipsel: ['mipsel'],
  mips64el: ['mips64el'],
}

/** Other ways of writing an operating system, with the C library where the name carries it. */
export const systemWords: Readonly<Record<string, readonly string[]>> = {
  linux: ['linux', 'linuxmusl', 'linux-musl', 'alpine'],
  darwin: ['darwin', 'macos', 'osx', 'mac'],
  win32: ['win32', 'windows', 'win'],
  freebsd: ['freebsd'],
  openbsd: ['openbsd'],
  netbsd: ['netbsd'],
  android: ['android'],
  sunos: ['sunos'],
  aix: ['aix'],
  openharmony: ['openharmony'],
}
