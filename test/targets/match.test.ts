import { describe, expect, it } from 'vitest'
import type { Requirement } from '../../src/core/requirement.ts'
import { syntaxFeatures } from '../../src/formats/js/read/syntax-features.ts'
import { jsFeatures } from '../../src/targets/data/js-features.generated.ts'
import { defaultTargets, findTarget, isAsked, match, newestEdition } from '../../src/targets/index.ts'

const need = (kind: Requirement['kind'], name: string, rest: Partial<Requirement> = {}): Requirement => ({
  kind,
  name,
  need: 'required',
  evidence: [],
  ...rest,
})
const x64 = need('architecture', 'x86-64')
const lambda = findTarget('aws-lambda/nodejs22.x@x64')

describe('match', () => {
  it('runs when everything required is there', () => {
    const result = match([x64, need('libc', 'glibc', { version: '2.17' }), need('library', 'libc.so.6')], lambda)
    expect(result).toEqual({ verdict: 'runs', reasons: [] })
  })

  it('names the symbol, the version the target has, and where to build instead', () => {
    const glibc = need('libc', 'glibc', { version: '2.38', evidence: [{ text: '__isoc23_strtol@GLIBC_2.38' }] })
    const { verdict, reasons } = match([x64, glibc], lambda)
    expect(verdict).toBe('fails')
    expect(reasons[0]?.message).toBe('needs GLIBC_2.38 (symbol __isoc23_strtol), the target has 2.34')
    expect(reasons[0]?.hint).toBe('build on Debian 11 (glibc 2.31) or link musl statically')
    expect(reasons[0]?.requirement).toBe(glibc)
  })

  it('fails on another machine and says which there is', () => {
    const { verdict, reasons } = match([x64], findTarget('aws-lambda/nodejs22.x@arm64'))
    expect(verdict).toBe('fails')
    expect(reasons[0]?.message).toContain('built for x86-64')
    expect(reasons[0]?.hint).toContain('--cpu=arm64')
  })

  it('fails for musl on glibc and the other way round', () => {
    expect(match([x64, need('libc', 'musl')], lambda).verdict).toBe('fails')
    expect(match([x64, need('libc', 'glibc', { version: '2.2.5' })], findTarget('linux-x64-musl')).verdict).toBe(
      'fails',
    )
    expect(match([x64, need('loader', '/lib/ld-musl-x86_64.so.1')], lambda).verdict).toBe('fails')
  })

  it('tells required from possible from guarded CPU features', () => {
    const feature = (name: string, needed: Requirement['need']): Requirement =>
      need('cpu-feature', name, { need: needed })
    expect(match([x64, feature('avx2', 'required')], lambda).verdict).toBe('runs')
    expect(match([x64, feature('avx512f', 'required')], lambda).verdict).toBe('fails')
    expect(match([x64, feature('avx512f', 'possible')], lambda).verdict).toBe('unknown')
    expect(match([x64, feature('avx512f', 'guarded')], lambda).verdict).toBe('runs')
    // a system that promises no CPU: the base of the architecture and nothing more
    expect(match([x64, feature('sse2', 'required')], findTarget('debian-12@x64')).verdict).toBe('runs')
    expect(match([x64, feature('avx2', 'required')], findTarget('debian-12@x64')).verdict).toBe('unknown')
  })

  it('knows a feature under each of its names', () => {
    const arm64 = need('architecture', 'aarch64')
    const target = findTarget('aws-lambda/nodejs22.x@arm64')
    for (const name of ['lse', 'atomics', 'LSE'])
      expect(match([arm64, need('cpu-feature', name)], target).verdict).toBe('runs')
    for (const name of ['sve', 'SVE']) expect(match([arm64, need('cpu-feature', name)], target).verdict).toBe('fails')
  })

  it('takes libraries of the tree, of the C library and of the system, and knows the rest is not known', () => {
    expect(match([x64, need('library', 'libvips-cpp.so.42')], lambda).verdict).toBe('unknown')
    const provided = { libraries: new Set(['libvips-cpp.so.42']) }
    expect(match([x64, need('library', 'libvips-cpp.so.42')], lambda, { provided }).verdict).toBe('runs')
    expect(match([x64, need('library', 'libstdc++.so.6')], lambda).verdict).toBe('runs')
    expect(match([x64, need('library', 'libpthread.so.0')], lambda).verdict).toBe('runs')
    expect(match([x64, need('library', 'libc.so.7')], lambda).reasons[0]?.message).toContain('of FreeBSD')
  })

  it('refuses native code where only JavaScript and WebAssembly run', () => {
    expect(match([x64], findTarget('cloudflare-workers')).verdict).toBe('fails')
  })

  it('knows the calling conventions of distributions', () => {
    const arm = need('architecture', 'arm')
    const target = findTarget('debian-12@arm')
    expect(match([arm, need('abi', 'float-abi', { version: 'hard' })], target).verdict).toBe('runs')
    expect(match([arm, need('abi', 'float-abi', { version: 'any' })], target).verdict).toBe('runs')
    expect(match([arm, need('abi', 'float-abi', { version: 'soft' })], target).verdict).toBe('fails')
    expect(match([x64, need('abi', 'data-model', { version: 'x32' })], lambda).verdict).toBe('fails')
    expect(
      match(
        [need('architecture', 'aarch64'), need('abi', 'byte-order', { version: 'big' })],
        findTarget('debian-12@arm64'),
      ).verdict,
    ).toBe('fails')
  })

  it('keeps sentences short, whatever the evidence', () => {
    const evidence = [{ text: 'x'.repeat(5000) }]
    expect(match([x64, need('cpu-feature', 'avx512f', { evidence })], lambda).reasons[0]!.message.length).toBeLessThan(
      250,
    )
  })

  it('asks a system about the system and a runtime about the runtime', () => {
    const addon = [x64, need('libc', 'glibc', { version: '2.28' }), need('node-api', 'node-api', { version: '8' })]
    expect(match(addon, findTarget('node20')).verdict).toBe('runs')
    expect(match(addon, findTarget('debian-12@x64')).verdict).toBe('runs')
    expect(isAsked(need('js-syntax', 'classes'), findTarget('debian-12'))).toBe(false)
    expect(match([need('js-syntax', 'classes')], findTarget('debian-12'))).toMatchObject({
      verdict: 'unknown',
      reasons: [{ message: 'debian-12 names no engine that would run it' }],
    })
    expect(match([x64], findTarget('node22')).verdict).toBe('unknown')
    expect(isAsked(need('architecture', 'wasm32'), findTarget('debian-12'))).toBe(false)
    expect(isAsked(need('libc', 'glibc'), findTarget('node22'))).toBe(false)
  })

  it('names the cause and not what follows from it', () => {
    const all = [
      x64,
      need('libc', 'glibc', { version: '2.17' }),
      need('library', 'libc.so.6'),
      need('symbol-version', 'GLIBCXX', { version: '3.4.29' }),
    ]
    expect(match(all, findTarget('linux-arm64-musl')).reasons.map((reason) => reason.requirement?.kind)).toEqual([
      'architecture',
    ])
    expect(match(all, findTarget('linux-x64-musl')).reasons.map((reason) => reason.requirement?.kind)).toEqual(['libc'])
  })

  it('has a row for each syntax that the JavaScript format names', () => {
    for (const name of Object.keys(syntaxFeatures)) expect(Object.keys(jsFeatures)).toContain(name)
    expect(newestEdition(findTarget('node20'))).toBe(2024)
    expect(newestEdition(findTarget('chrome79'))).toBe(2019)
  })

  it('knows built-in modules by Node line and by platform', () => {
    expect(match([need('node-builtin', 'sqlite')], findTarget('node20')).verdict).toBe('fails')
    expect(match([need('node-builtin', 'sqlite')], findTarget('node22')).verdict).toBe('runs')
    expect(match([need('node-builtin', 'node:crypto')], findTarget('cloudflare-workers')).verdict).toBe('runs')
    expect(match([need('node-builtin', 'child_process')], findTarget('cloudflare-workers')).verdict).toBe('unknown')
    expect(match([need('node-builtin', 'fs')], findTarget('chrome120')).verdict).toBe('fails')
  })

  it('knows syntax by engine and version', () => {
    const using = need('js-syntax', 'using-declarations', { version: 'es2026' })
    expect(match([using], findTarget('node22')).verdict).toBe('fails')
    expect(match([using], findTarget('node24')).verdict).toBe('runs')
    expect(match([need('js-syntax', 'es2020')], findTarget('chrome79')).verdict).toBe('fails')
    expect(match([need('js-syntax', 'es2020')], findTarget('chrome80')).verdict).toBe('runs')
  })

  it('knows Node-API versions and NODE_MODULE_VERSION', () => {
    expect(match([need('node-api', 'node-api', { version: '10' })], findTarget('node20')).verdict).toBe('fails')
    expect(match([need('node-api', 'node-api', { version: '10' })], findTarget('node22')).verdict).toBe('runs')
    expect(match([need('node-abi', 'node-abi', { version: '115' })], findTarget('node20')).verdict).toBe('runs')
    expect(match([need('node-abi', 'node-abi', { version: '115' })], findTarget('node22')).verdict).toBe('fails')
  })

  it('knows WebAssembly features by V8', () => {
    expect(match([need('wasm-feature', 'simd')], findTarget('node20')).verdict).toBe('runs')
    expect(match([need('wasm-feature', 'relaxed-simd')], findTarget('node20')).verdict).toBe('fails')
    expect(match([need('wasm-feature', 'relaxed-simd')], findTarget('node22')).verdict).toBe('runs')
  })

  it('says that data is old, and that support has ended, when told the day', () => {
    const js = [need('js-syntax', 'es2020')]
    expect(match(js, findTarget('vercel-edge'), { today: '2026-11-20' }).reasons[0]?.message).toContain('2024-05-01')
    expect(match(js, findTarget('node20'), { today: '2026-11-20' }).reasons[0]?.message).toContain(
      'out of support since 2026-04-30',
    )
    expect(match(js, findTarget('node24'), { today: '2026-11-20' }).reasons).toEqual([])
  })

  it('says that a verdict rests on data nobody verified', () => {
    const { verdict, reasons } = match([need('js-syntax', 'es2020')], findTarget('deno-deploy'))
    expect(verdict).toBe('runs')
    expect(reasons[0]?.message).toContain('not verified')
  })
})

describe('globals', () => {
  const verdictOf = (name: string, target: string): string => match([need('js-global', name)], findTarget(target)).verdict

  it('of browsers are in browsers and nowhere else', () => {
    for (const name of ['document', 'MutationObserver', 'getComputedStyle', 'Image']) {
      expect([name, verdictOf(name, 'chrome120'), verdictOf(name, 'safari16.4')]).toEqual([name, 'runs', 'runs'])
      for (const server of ['node22', 'deno2.0', 'cloudflare-workers', 'vercel-edge']) expect([name, server, verdictOf(name, server)]).toEqual([name, server, 'fails'])
    }
  })

  it('that a module of Node exports are no globals of Node', () => {
    expect(verdictOf('Worker', 'node22')).toBe('fails')
    expect(verdictOf('MessageChannel', 'node14')).toBe('fails')
    expect(verdictOf('MessageChannel', 'node16')).toBe('runs')
    expect(['node20', 'node22', 'aws-lambda/nodejs22.x'].map((target) => verdictOf('navigator', target))).toEqual(['fails', 'runs', 'runs'])
  })

  it('that only some servers have are not taken to be on Workers because Chrome has them', () => {
    for (const name of ['localStorage', 'location', 'Worker', 'BroadcastChannel']) expect([name, verdictOf(name, 'cloudflare-workers')]).toEqual([name, 'fails'])
    for (const name of ['caches', 'HTMLRewriter', 'WebSocketPair', 'self', 'fetch', 'Buffer']) expect([name, verdictOf(name, 'cloudflare-workers')]).toEqual([name, 'runs'])
    expect(verdictOf('location', 'vercel-edge')).toBe('unknown')
    expect(verdictOf('structuredClone', 'cloudflare-workers')).toBe('runs')
  })

  it('of Node are on Workers, which have its modules, and not on every edge', () => {
    for (const name of ['Buffer', 'process', 'global', 'setImmediate', 'clearImmediate']) {
      expect([name, verdictOf(name, 'cloudflare-workers'), verdictOf(name, 'chrome120')]).toEqual([name, 'runs', 'fails'])
      expect(verdictOf(name, 'vercel-edge')).toBe('unknown')
    }
  })

  it('decide what is judged when no target is named', () => {
    const tree = (...requirements: Requirement[]): string[] =>
      defaultTargets([{ format: 'js', architecture: null, requirements }]).map(({ id }) => id)
    expect(tree(need('js-global', 'document'))).toContain('chrome120')
    expect(tree(need('js-global', 'document'), need('node-builtin', 'fs'))).toContain('node22')
    expect(tree(need('js-global', 'document', { need: 'guarded' }))).toContain('node22')
  })
})
