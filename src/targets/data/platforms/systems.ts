import type { Architecture } from '../../../core/requirement.ts'
import { parseArchitecture } from '../../../core/requirement.ts'
import { from } from '../../fact.ts'
import { nodeArchitectureName } from '../../target.ts'
import type { Target } from '../../target.ts'
import { distributions } from '../distributions.ts'
import { systemOf } from '../system.ts'

const named = from('the name of the target', '2026-11-20', 'stated')

/** Distribution releases as targets: `debian-12`, `alpine-3.22`, `amazonlinux-2023`. */
export const distributionTargets: readonly Target[] = distributions.map((distribution) => ({
  id: distribution.id,
  title: distribution.title,
  family: 'system',
  ...systemOf(distribution.id),
  architectures: from(distribution.source, distribution.date, 'derived')(distribution.architectures),
  limits: [],
}))

/** Machines that the listing shows for the generic targets; any architecture can be asked for. */
export const genericArchitectures: readonly Architecture[] = ['x86-64', 'aarch64', 'arm', 'riscv64', 's390x', 'ppc64le']

/** Generic targets that the listing shows: glibc of the oldest supported Node, of Lambda, and musl. */
export const genericIds: readonly string[] = genericArchitectures.flatMap((architecture) => {
  const name = nodeArchitectureName(architecture)
  return [`linux-${name}-glibc-2.28`, `linux-${name}-glibc-2.34`, `linux-${name}-musl`]
})

/**
 * `linux-<architecture>-glibc-<version>`, `linux-<architecture>-musl[-<version>]`, `linux-<architecture>`: what the
 * name says and nothing else.
 */
export function parseGenericLinux(id: string): Target | undefined {
  const parts = /^linux-([\w]+(?:-64)?)(?:-(glibc|musl|gnu)(?:-?(\d+(?:\.\d+)+))?)?$/.exec(id)
  const architecture = parts?.[1] === undefined ? undefined : parseArchitecture(parts[1])
  if (parts === null || architecture === undefined || architecture.startsWith('wasm')) return undefined
  const libc = parts[2] === 'musl' ? 'musl' : parts[2] === undefined ? undefined : 'glibc'
  const version = parts[3]
  return {
    id,
    title: `Linux on ${architecture}${libc === undefined ? '' : ` with ${libc}${version === undefined ? '' : ` ${version}`}`}`,
    family: 'system',
    operatingSystem: named('Linux'),
    architectures: named([architecture]),
    ...(libc === undefined ? {} : { libc: named({ name: libc, ...(version === undefined ? {} : { version }) }) }),
    ...(libc === 'glibc' ? { libraries: named(['libstdc++.so.6', 'libgcc_s.so.1']) } : {}),
    limits: [],
  }
}
