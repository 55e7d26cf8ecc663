import type { Architecture } from '../../core/requirement.ts'
import { compareVersions } from '../../core/compare-versions.ts'

/** A distribution release, with the versions of its system libraries. */
export interface Distribution {
  readonly id: string
  readonly title: string
  readonly glibc?: string
  readonly musl?: string
  /** Major version of the GCC whose libstdc++ and libgcc it has. */
  readonly gcc?: string
  readonly architectures: readonly Architecture[]
  readonly source: string
  readonly date: string
  /** How sure that GCC is; the version of the C library is documented for all. */
  readonly gccConfidence: 'documented' | 'measured' | 'unverified'
}

const amazon: readonly Architecture[] = ['x86-64', 'aarch64']
const debian: readonly Architecture[] = ['x86-64', 'i386', 'aarch64', 'arm', 'ppc64le', 's390x']
const ubuntu: readonly Architecture[] = ['x86-64', 'aarch64', 'arm', 'ppc64le', 's390x', 'riscv64']
const enterprise: readonly Architecture[] = ['x86-64', 'aarch64', 'ppc64le', 's390x']
const alpine: readonly Architecture[] = ['x86-64', 'i386', 'aarch64', 'arm', 'ppc64le', 's390x', 'riscv64']

const awsToolchain = 'https://docs.aws.amazon.com/linux/al2023/ug/glibc-gcc-and-binutils.html'
/** By a member of Node’s release team; read in a copy of 2025-06-16. */
const map = 'https://gist.github.com/richardlau/6a01d7829cc33ddab35269dacc127680'
const debianPackages = 'https://packages.debian.org/glibc-source'
const alpineNotes = 'https://wiki.alpinelinux.org/wiki/Release_Notes_for_Alpine_3.13.0 (musl 1.2 from then on)'

/** Oldest first within a family. */
export const distributions: readonly Distribution[] = [
  row('amazonlinux-2', 'Amazon Linux 2', amazon, awsToolchain, {
    glibc: '2.26',
    gcc: '7',
    gccConfidence: 'documented',
  }),
  row('amazonlinux-2023', 'Amazon Linux 2023', amazon, awsToolchain, {
    glibc: '2.34',
    gcc: '11',
    gccConfidence: 'documented',
  }),
  row('debian-9', 'Debian 9', debian, map, { glibc: '2.24', gcc: '6' }),
  row('debian-10', 'Debian 10', debian, map, { glibc: '2.28', gcc: '8' }),
  row('debian-11', 'Debian 11', debian, map, { glibc: '2.31', gcc: '10' }),
  row('debian-12', 'Debian 12', debian, map, { glibc: '2.36', gcc: '12', gccConfidence: 'measured' }),
  row('debian-13', 'Debian 13', [...debian, 'riscv64'], debianPackages, { glibc: '2.41', gcc: '14' }),
  row('ubuntu-20.04', 'Ubuntu 20.04', ubuntu, map, { glibc: '2.31', gcc: '10' }),
  row('ubuntu-22.04', 'Ubuntu 22.04', ubuntu, map, { glibc: '2.35', gcc: '12' }),
  row('ubuntu-24.04', 'Ubuntu 24.04', ubuntu, map, { glibc: '2.39', gcc: '14' }),
  row('rhel-8', 'RHEL 8, Rocky Linux 8, AlmaLinux 8', enterprise, map, { glibc: '2.28', gcc: '8' }),
  row('rhel-9', 'RHEL 9, Rocky Linux 9, AlmaLinux 9', enterprise, map, { glibc: '2.34', gcc: '11' }),
  row('rhel-10', 'RHEL 10, Rocky Linux 10, AlmaLinux 10', enterprise, map, { glibc: '2.39', gcc: '14' }),
  row('alpine-3.18', 'Alpine 3.18', alpine, alpineNotes, { musl: '1.2', gcc: '12' }),
  row('alpine-3.19', 'Alpine 3.19', alpine, alpineNotes, { musl: '1.2', gcc: '13' }),
  row('alpine-3.20', 'Alpine 3.20', alpine, alpineNotes, { musl: '1.2', gcc: '13' }),
  row('alpine-3.21', 'Alpine 3.21', alpine, alpineNotes, { musl: '1.2', gcc: '14' }),
  row('alpine-3.22', 'Alpine 3.22', alpine, alpineNotes, { musl: '1.2', gcc: '14' }),
  row('alpine-3.23', 'Alpine 3.23', alpine, alpineNotes, { musl: '1.2', gcc: '15' }),
]

function row(
  id: string,
  title: string,
  architectures: readonly Architecture[],
  source: string,
  versions: Pick<Distribution, 'glibc' | 'musl' | 'gcc'> & { readonly gccConfidence?: Distribution['gccConfidence'] },
): Distribution {
  return { id, title, architectures, source, date: '2026-11-20', gccConfidence: 'unverified', ...versions }
}

/**
 * Highest symbol versions by the major version of GCC, with its last minor release.
 * https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html, "Versioning".
 */
export const gccSymbolVersions: Readonly<
  Record<string, { readonly GLIBCXX: string; readonly CXXABI: string; readonly GCC: string }>
> = {
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
export function newestDistributionWithGlibc(
  version: string,
): { readonly title: string; readonly glibc: string } | undefined {
  let best: { title: string; glibc: string } | undefined
  for (const { title, glibc } of distributions) {
    if (glibc === undefined || compareVersions(glibc, version) > 0 || !title.startsWith('Debian')) continue
    if (best === undefined || compareVersions(glibc, best.glibc) > 0) best = { title, glibc }
  }
  return best
}
