import { describe, expect, it } from 'vitest'
import { askedTargets, judge, judgeSizes } from '../../src/api/judge.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import type { ArtifactReport } from '../../src/core/report.ts'
import type { Architecture, Requirement } from '../../src/core/requirement.ts'

const need = (kind: Requirement['kind'], name: string, version?: string): Requirement => ({
  kind,
  name,
  ...(version === undefined ? {} : { version }),
  need: 'required',
  evidence: [],
})

function artifact(
  path: string,
  architecture: Architecture | null,
  requirements: readonly Requirement[],
  raw = 1,
): ArtifactReport {
  const format = architecture === null ? 'js' : 'elf'
  const own = architecture === null ? [] : [need('architecture', architecture)]
  return {
    path,
    format,
    architecture,
    sizes: { raw, gzip: null, brotli: null },
    sha256: '',
    properties: {},
    requirements: [...own, ...requirements],
    findings: [],
  }
}

const addons = ['linux-x64', 'linux-arm64'].flatMap((platform) =>
  (['glibc', 'musl'] as const).map((libc) =>
    artifact(`prebuilds/${platform}/a.${libc}.node`, platform === 'linux-x64' ? 'x86-64' : 'aarch64', [
      need('libc', libc),
    ]),
  ),
)

function verdicts(artifacts: readonly ArtifactReport[], config: object): string[] {
  const asked = askedTargets(resolveConfig([{ from: 'test', values: config }]))
  return judge(artifacts, asked).map(({ artifact: path, target, verdict }) => `${path} ${target} ${verdict}`)
}

describe('judge', () => {
  it('judges the build that is for the target, where the tree has several', () => {
    expect(verdicts(addons, { target: 'debian-12', arch: ['arm64'] })).toEqual([
      'prebuilds/linux-arm64/a.glibc.node debian-12@arm64 runs',
    ])
    expect(verdicts(addons, { target: ['alpine-3.22@x64'] })).toEqual([
      'prebuilds/linux-x64/a.musl.node alpine-3.22@x64 runs',
    ])
  })

  it('takes folders of the system and of a C library for builds of one thing, too', () => {
    const both = [artifact('koffi-linux-x64/linux_x64/koffi.node', 'x86-64', [need('libc', 'glibc')]), artifact('koffi-linux-x64/musl_x64/koffi.node', 'x86-64', [need('libc', 'musl')])]
    expect(verdicts(both, { target: 'debian-12@x64' })).toEqual(['koffi-linux-x64/linux_x64/koffi.node debian-12@x64 runs'])
    expect(verdicts(both.slice(1), { target: 'debian-12@x64' })).toEqual(['koffi-linux-x64/musl_x64/koffi.node debian-12@x64 fails'])
  })

  it('judges the builds for a CPU that the target can use', () => {
    const ladder = [
      artifact('lib/k-x64.so', 'x86-64', []),
      artifact('lib/k-haswell.so', 'x86-64', [need('cpu-feature', 'avx2')]),
      artifact('lib/k-skylakex.so', 'x86-64', [need('cpu-feature', 'avx512f')]),
    ]
    const lambda = { target: 'aws-lambda/nodejs22.x' }
    expect(verdicts(ladder, lambda)).toEqual([
      'lib/k-x64.so aws-lambda/nodejs22.x runs',
      'lib/k-haswell.so aws-lambda/nodejs22.x runs',
    ])
    expect(verdicts(ladder.slice(2), lambda)).toEqual(['lib/k-skylakex.so aws-lambda/nodejs22.x fails'])
    const other = artifact('lib/k-avx512.so', 'x86-64', [need('cpu-feature', 'avx512f'), need('libc', 'musl')])
    expect(verdicts([...ladder, other], lambda)).toContain('lib/k-avx512.so aws-lambda/nodejs22.x fails')
  })

  it('judges all of them where none is for the target', () => {
    expect(verdicts(addons, { target: 'linux-riscv64-musl' }).every((line) => line.endsWith('fails'))).toBe(true)
  })

  it('judges on the artifact’s own machine when no architecture is asked for', () => {
    const program = artifact('bin/tool', 'x86-64', [need('libc', 'glibc', '2.17')])
    expect(verdicts([program], { target: 'aws-lambda/nodejs22.x' })).toEqual(['bin/tool aws-lambda/nodejs22.x runs'])
  })

  it('knows targets of the user’s own, and asks them beside the usual ones', () => {
    const own = [{ id: 'fleet', extends: 'debian-12', libc: 'glibc 2.17' }]
    const program = artifact('bin/tool', 'x86-64', [need('libc', 'glibc', '2.28')])
    expect(verdicts([program], { targets: own, target: 'fleet' })).toEqual(['bin/tool fleet fails'])
    expect(verdicts([program], { targets: own })).toContain('bin/tool fleet fails')
    expect(() => verdicts([], { target: 'flet', targets: own })).toThrow('there is no target flet')
  })

  it('says that a system does not run scripts by itself, only when it was named', () => {
    const script = artifact('a.js', null, [need('js-syntax', 'classes', 'es2015')])
    expect(verdicts([script], { target: 'debian-12' })).toEqual(['a.js debian-12 unknown'])
    expect(verdicts([script], {})).toEqual([
      'a.js node20 runs',
      'a.js node22 runs',
      'a.js node24 runs',
      'a.js cloudflare-workers runs',
    ])
  })

  it('compares all files together with what the target unpacks', () => {
    const asked = askedTargets(resolveConfig([{ from: 'test', values: { target: 'aws-lambda/nodejs22.x' } }]))
    expect(judgeSizes([artifact('a.js', null, [], 262_144_000)], asked)).toEqual([])
    const [verdict] = judgeSizes([artifact('a.js', null, [], 262_144_000), artifact('b.js', null, [])], asked)
    expect(verdict).toMatchObject({ artifact: '.', target: 'aws-lambda/nodejs22.x', verdict: 'fails' })
    expect(verdict?.reasons[0]?.message).toContain('262144001 bytes')
  })
})
