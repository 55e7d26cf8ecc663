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
export const nodeNames: Readonly<Partial<Record<Architecture, string>>> = {
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
