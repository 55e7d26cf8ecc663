import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/core/errors.ts'
import { defaultTargets, findTarget, selectTargets, targets } from '../../src/targets/index.ts'

function hintOf(id: string): string {
  try {
    findTarget(id)
  } catch (error) {
    if (error instanceof UsageError) return `${error.message} | ${error.hint ?? ''}`
    throw error
  }
  return 'found'
}

describe('findTarget', () => {
  it('finds every target by its id', () => {
    for (const target of targets) expect(findTarget(target.id)).toBe(target)
  })

  it('narrows to an architecture by any of its names', () => {
    expect(findTarget('aws-lambda/nodejs22.x@arm64').architectures?.value).toEqual(['aarch64'])
    expect(findTarget('aws-lambda/nodejs22.x@aarch64').id).toBe('aws-lambda/nodejs22.x@arm64')
    expect(hintOf('aws-lambda/nodejs22.x@riscv64')).toContain('it runs x64, arm64')
    expect(hintOf('aws-lambda/nodejs22.x@arm65')).toContain('is not an architecture')
  })

  it('reads generic targets', () => {
    expect(findTarget('linux-x64-glibc-2.31').libc?.value).toEqual({ name: 'glibc', version: '2.31' })
    expect(findTarget('linux-riscv64-musl').libc?.value).toEqual({ name: 'musl' })
    expect(findTarget('linux-x86_64').architectures?.value).toEqual(['x86-64'])
    expect(findTarget('safari-16.4').engine?.value).toEqual({ name: 'safari', version: '16.4' })
  })

  it('suggests what was probably meant', () => {
    expect(hintOf('aws-lambda/nodejs22')).toContain('aws-lambda/nodejs22.x')
    expect(hintOf('cloudflare-worker')).toContain('cloudflare-workers')
    expect(hintOf('debain-12')).toContain('debian-12')
    expect(hintOf('zzzzzzzzzzzzzzz')).not.toContain('Did you mean')
  })
})

describe('selectTargets', () => {
  it('gives one target for each architecture asked for, once', () => {
    const ids = (names: readonly string[], architectures: Parameters<typeof selectTargets>[1] = []): string[] =>
      selectTargets(names, architectures).map((target) => target.id)
    expect(ids(['aws-lambda/nodejs22.x'])).toEqual(['aws-lambda/nodejs22.x'])
    expect(ids(['aws-lambda/nodejs22.x'], ['x86-64', 'aarch64'])).toEqual([
      'aws-lambda/nodejs22.x@x64',
      'aws-lambda/nodejs22.x@arm64',
    ])
    expect(() => ids(['linux-x64-musl'], ['aarch64'])).toThrow('linux-x64-musl does not run arm64 code')
    expect(ids(['aws-lambda/nodejs22.x', 'aws-lambda/nodejs22.x@arm64'], ['aarch64'])).toEqual([
      'aws-lambda/nodejs22.x@arm64',
    ])
    expect(ids(['cloudflare-workers'], ['aarch64'])).toEqual(['cloudflare-workers'])
  })
})

describe('defaultTargets', () => {
  it('follows what the tree holds', () => {
    const ids = (...artifacts: Parameters<typeof defaultTargets>[0]): string[] =>
      defaultTargets(artifacts).map((target) => target.id)
    expect(ids({ format: 'js', architecture: null })).toEqual(['node20', 'node22', 'node24', 'cloudflare-workers'])
    expect(ids({ format: 'elf', architecture: 'riscv64' })).toEqual(['debian-13@riscv64', 'alpine-3.22@riscv64'])
    expect(ids({ format: 'elf', architecture: 'x86-64' }, { format: 'elf', architecture: 'arm' })).toEqual([
      'aws-lambda/nodejs22.x@x64',
      'debian-12@x64',
      'alpine-3.22@x64',
      'aws-lambda/nodejs22.x@arm64',
      'debian-12@arm64',
      'alpine-3.22@arm64',
    ])
    expect(ids({ format: 'elf', architecture: 'loongarch64' })).toEqual([
      'linux-loong64-glibc-2.36',
      'linux-loong64-musl',
    ])
    expect(ids({ format: 'other', architecture: null })).toEqual([])
  })
})
