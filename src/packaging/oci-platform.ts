import { UsageError } from '../core/errors.ts'
import type { Architecture } from '../core/requirement.ts'

/** GOOS, GOARCH and variant, as image-spec's image-index.md takes them from Go. */
export interface OciPlatform {
  readonly architecture: string
  readonly os: 'linux'
  readonly variant?: string
}

const platforms: Readonly<Partial<Record<Architecture, OciPlatform>>> = {
  'x86-64': { architecture: 'amd64', os: 'linux' },
  i386: { architecture: '386', os: 'linux' },
  aarch64: { architecture: 'arm64', os: 'linux', variant: 'v8' },
  arm: { architecture: 'arm', os: 'linux', variant: 'v7' },
  riscv64: { architecture: 'riscv64', os: 'linux' },
  s390x: { architecture: 's390x', os: 'linux' },
  ppc64le: { architecture: 'ppc64le', os: 'linux' },
  ppc64: { architecture: 'ppc64', os: 'linux' },
  loongarch64: { architecture: 'loong64', os: 'linux' },
  mips64: { architecture: 'mips64', os: 'linux' },
  mips64el: { architecture: 'mips64le', os: 'linux' },
  mips: { architecture: 'mips', os: 'linux' },
  mipsel: { architecture: 'mipsle', os: 'linux' },
}

/** @throws UsageError for machines that image registries have no name for. */
export function ociPlatform(architecture: Architecture): OciPlatform {
  const platform = platforms[architecture]
  if (platform === undefined) throw new UsageError(`There are no container images for ${architecture}`)
  return platform
}
