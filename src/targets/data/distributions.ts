import type { Architecture } from '../../core/requirement.ts'
import { compareVersions } from '../version.ts'

/** A distribution release, with the versions of its system libraries. */
export interface Distribution {
  readonly id: string
  readonly title: string
  readonly glibc?: string
  readonly musl?: string
  /** Major version of the GCC whose libstdc++ and libgcc it has. */
  readonly gcc?: string
  readonly kernel?: string
  readonly architectures: readonly Architecture[]
  readonly source: string
  readonly date: string
  readonly confidence: 'documented' | 'derived' | 'unverified' | 'measured'
}

const amazon: readonly Architecture[] = ['x86-64', 'aarch64']
const debian: readonly Architecture[] = ['x86-64', 'i386', 'aarch64', 'arm', 'ppc64le', 's390x']
const ubuntu: readonly Architecture[] = ['x86-64', 'aarch64', 'arm', 'ppc64le', 's390x', 'riscv64']
const enterprise: readonly Architecture[] = ['x86-64', 'aarch64', 'ppc64le', 's390x']
const alpine: readonly Architecture[] = ['x86-64', 'i386', 'aarch64', 'arm', 'ppc64le', 's390x', 'riscv64']

const awsToolchain = 'https://docs.aws.amazon.com/linux/al2023/ug/glibc-gcc-and-binutils.html'
const debianPackages = 'https://packages.debian.org/libc6 (version of the release)'
const ubuntuPackages = 'https://packages.ubuntu.com/libc6 (version of the release)'
const alpinePackages = 'https://pkgs.alpinelinux.org (musl of the branch)'

/** Oldest first within a family. */
export const distributions: readonly Distribution[] = [
  row('amazonlinux-2', 'Amazon Linux 2', amazon, awsToolchain, 'documented', { glibc: '2.26', gcc: '7', kernel: '4.14' }),
  row('amazonlinux-2023', 'Amazon Linux 2023', amazon, awsToolchain, 'documented', { glibc: '2.34', gcc: '11', kernel: '6.1' }),
  row('debian-9', 'Debian 9', debian, debianPackages, 'unverified', { glibc: '2.24', gcc: '6', kernel: '4.9' }),
  row('debian-10', 'Debian 10', debian, debianPackages, 'unverified', { glibc: '2.28', gcc: '8', kernel: '4.19' }),
  row('debian-11', 'Debian 11', debian, debianPackages, 'unverified', { glibc: '2.31', gcc: '10', kernel: '5.10' }),
  row('debian-12', 'Debian 12', debian, 'libc6 and libstdc++6 of a Debian 12 machine', 'measured', { glibc: '2.36', gcc: '12', kernel: '6.1' }),
  row('debian-13', 'Debian 13', [...debian, 'riscv64'], debianPackages, 'unverified', { glibc: '2.41', gcc: '14', kernel: '6.12' }),
  row('ubuntu-20.04', 'Ubuntu 20.04', ubuntu, ubuntuPackages, 'unverified', { glibc: '2.31', gcc: '10', kernel: '5.4' }),
  row('ubuntu-22.04', 'Ubuntu 22.04', ubuntu, ubuntuPackages, 'unverified', { glibc: '2.35', gcc: '12', kernel: '5.15' }),
  row('ubuntu-24.04', 'Ubuntu 24.04', ubuntu, ubuntuPackages, 'unverified', { glibc: '2.39', gcc: '14', kernel: '6.8' }),
  row('rhel-8', 'RHEL 8, Rocky Linux 8, AlmaLinux 8', enterprise, 'Red Hat Enterprise Linux 8 package manifest', 'unverified', { glibc: '2.28', gcc: '8', kernel: '4.18' }),
  row('rhel-9', 'RHEL 9, Rocky Linux 9, AlmaLinux 9', enterprise, 'Red Hat Enterprise Linux 9 package manifest', 'unverified', { glibc: '2.34', gcc: '11', kernel: '5.14' }),
  row('rhel-10', 'RHEL 10, Rocky Linux 10, AlmaLinux 10', enterprise, 'Red Hat Enterprise Linux 10 package manifest', 'unverified', { glibc: '2.39', gcc: '14', kernel: '6.12' }),
  row('alpine-3.18', 'Alpine 3.18', alpine, alpinePackages, 'unverified', { musl: '1.2.4', gcc: '12' }),
  row('alpine-3.19', 'Alpine 3.19', alpine, alpinePackages, 'unverified', { musl: '1.2.4', gcc: '13' }),
  row('alpine-3.20', 'Alpine 3.20', alpine, alpinePackages, 'unverified', { musl: '1.2.5', gcc: '13' }),
  row('alpine-3.21', 'Alpine 3.21', alpine, alpinePackages, 'unverified', { musl: '1.2.5', gcc: '14' }),
  row('alpine-3.22', 'Alpine 3.22', alpine, alpinePackages, 'unverified', { musl: '1.2.5', gcc: '14' }),
]

function row(
  id: string,
  title: string,
  architectures: readonly Architecture[],
  source: string,
  confidence: Distribution['confidence'],
  versions: Pick<Distribution, 'glibc' | 'musl' | 'gcc' | 'kernel'>,
): Distribution {
  return { id, title, architectures, source, date: '2026-11-20', confidence, ...versions }
}

/**
 * Highest symbol versions by the major version of GCC, with its last minor release.
 * https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html, "Versioning".
 */
export const gccSymbolVersions: Readonly<Record<string, { readonly GLIBCXX: string; readonly CXXABI: string; readonly GCC: string }>> = {
  '6': { GLIBCXX: '3.4.22', CXXABI: '1.3.10', GCC: '4.8.0' },
  '7': { GLIBCXX: '3.4.24', CXXABI: '1.3.11', GCC: '7.0.0' },
  '8': { GLIBCXX: '3.4.25', CXXABI: '1.3.11', GCC: '7.0.0' },
  '9': { GLIBCXX: '3.4.28', CXXABI: '1.3.12', GCC: '7.0.0' },
  '10': { GLIBCXX: '3.4.28', CXXABI: '1.3.12', GCC: '7.0.0' },
  '11': { GLIBCXX: '3.4.29', CXXABI: '1.3.13', GCC: '7.0.0' },
  '12': { GLIBCXX: '3.4.30', CXXABI: '1.3.13', GCC: '12.0.0' },
  '13': { GLIBCXX: '3.4.32', CXXABI: '1.3.14', GCC: '13.0.0' },
  '14': { GLIBCXX: '3.4.33', CXXABI: '1.3.15', GCC: '14.0.0' },
  '15': { GLIBCXX: '3.4.34', CXXABI: '1.3.16', GCC: '14.0.0' },
}

/** Where to build so that the result runs with glibc `version`: the newest distribution that has no later one. */
export function newestDistributionWithGlibc(version: string): { readonly title: string; readonly glibc: string } | undefined {
  let best: { title: string; glibc: string } | undefined
  for (const { title, glibc } of distributions) {
    if (glibc === undefined || compareVersions(glibc, version) > 0 || !title.startsWith('Debian')) continue
    if (best === undefined || compareVersions(glibc, best.glibc) > 0) best = { title, glibc }
  }
  return best
}
