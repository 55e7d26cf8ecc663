import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { analyzeSettings } from '../../../src/api/settings.ts'
import { resolveConfig } from '../../../src/config/resolve-config.ts'
import type { CapabilityKind } from '../../../src/core/requirement.ts'
import { combineRequirements } from '../../../src/formats/elf/requirements/combine.ts'
import { elfPackage } from '../../corpus/elf.ts'
import { fetchPackage } from '../../corpus/fetch.ts'
import { analyze } from './support/optimize.ts'

async function required(name: string, path: string, kinds: readonly CapabilityKind[]): Promise<string[]> {
  const bytes = await readFile(join(await fetchPackage(elfPackage(name)), path))
  const { requirements } = await analyze(bytes)
  return requirements
    .filter((requirement) => kinds.includes(requirement.kind))
    .map(({ kind, name, version, evidence }) => `${kind} ${name}${version === undefined ? '' : ` ${version}`}: ${evidence[0]?.text}`)
}

test('an addon of a hard-float arm glibc', async () => {
  expect(
    await required('bcrypt', 'prebuilds/linux-arm/bcrypt.glibc.node', ['architecture', 'abi', 'libc', 'symbol-version', 'page-size', 'node-api']),
  ).toEqual([
    'architecture arm: e_machine 40, 32-bit, little-endian',
    'abi float-abi hard: e_flags 0x5000400: hard-float',
    'libc glibc 2.4: strtol@GLIBC_2.4',
    expect.stringMatching(/^symbol-version GLIBCXX 3\.4\.21: _ZNSt7__cxx11.*@GLIBCXX_3\.4\.21$/),
    'symbol-version CXXABI 1.3.9: _ZdlPvj@CXXABI_1.3.9',
    'symbol-version GCC 3.5: __aeabi_unwind_cpp_pr1@GCC_3.5',
    'page-size 65536: PT_LOAD 1: p_align 0x10000',
    expect.stringMatching(/^node-api node-api 1: napi_/),
  ])
})

test('a musl addon needs musl, at no version', async () => {
  expect(await required('@rollup/rollup-linux-x64-musl', 'rollup.linux-x64-musl.node', ['libc', 'library'])).toEqual([
    'libc musl: DT_NEEDED libc.so',
    'library libc.so: DT_NEEDED libc.so',
  ])
})

test('a static Go program needs no C library, and its soft-float arm ABI binds it to nothing', async () => {
  expect(await required('@esbuild/linux-arm', 'bin/esbuild', ['libc', 'library', 'loader', 'abi'])).toEqual([])
  expect(await required('@esbuild/linux-riscv64', 'bin/esbuild', ['libc', 'abi'])).toEqual([
    'abi float-abi any: e_flags 0x4: double-float, but statically linked',
  ])
})

test('the declared instruction set of riscv64 is shown as what it is: declared', async () => {
  const path = join(await fetchPackage(elfPackage('@rollup/rollup-linux-riscv64-gnu')), 'rollup.linux-riscv64-gnu.node')
  const { properties } = await analyze(await readFile(path), {})
  expect(properties['attributes']).toMatchObject({ arch: expect.stringContaining('_v1p0_'), stackAlign: 16 })
})

test('of two versions of one capability the higher is required', () => {
  const glibc = (version: string, text: string) => ({ kind: 'libc', name: 'glibc', version, need: 'required', evidence: [{ text }] }) as const
  expect(combineRequirements([glibc('2.9', 'a'), glibc('2.17', 'b'), glibc('2.4', 'c')])).toEqual([glibc('2.17', 'b')])
})

test('machine code that was not decoded is said to be unknown, not to need nothing', async () => {
  const bytes = await readFile(join(await fetchPackage(elfPackage('bcrypt')), 'prebuilds/linux-x64/bcrypt.musl.node'))
  const { properties, requirements } = await analyze(bytes, { by: 'symbol', skipCode: true })
  expect(properties).toMatchObject({ cpuAnalysis: 'skipped' })
  expect(properties['cpuLevel']).toBeUndefined()
  expect(requirements.filter(({ kind }) => kind === 'cpu-feature')).toEqual([
    { kind: 'cpu-feature', name: 'unknown-code', need: 'possible', evidence: [{ text: expect.stringContaining('machine code not decoded') }] },
  ])
})

test.each([
  [{}, true],
  [{ by: 'symbol' }, false],
  [{ by: 'symbol', code: 'all' }, true],
  [{ by: 'symbol', target: ['debian-12'] }, true],
  [{ by: 'symbol', arch: ['arm64'] }, true],
  [{ by: 'symbol', cpu: 'haswell' }, true],
  [{ code: 'none' }, false],
])('%j: is code decoded? %s', (values, decodes) => {
  expect(analyzeSettings(resolveConfig([{ from: 'test', values }])).skipCode ?? false).toBe(!decodes)
})
