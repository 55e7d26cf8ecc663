import { expect, test } from 'vitest'
import { cpuFamilyKey } from '../../../src/tree/cpu-family.ts'
import { type Entry, memoryTree } from '../support/memory-tree.ts'
import { runRule } from '../support/run-rule.ts'

const x64 = (...cpu: string[]): Entry => ({ elf: 'x86-64', cpu })
const check = (entries: Readonly<Record<string, Entry>>): ReturnType<typeof runRule> => runRule('tree/cpu-family', memoryTree(entries))

test('a ladder of libraries: what each requires, and what each CPU can use', async () => {
  const findings = await check({
    'bins/libggml-cpu-x64.so': x64('sse2'),
    'bins/libggml-cpu-sandybridge.so': x64('avx', 'sse4.2'),
    'bins/libggml-cpu-haswell.so': x64('AVX2', 'fma', 'avx'),
    'bins/libggml-cpu-skylakex.so': x64('avx512f', 'avx2'),
    'bins/libggml-base.so': x64(),
  })
  expect(findings).toHaveLength(1)
  const { severity, message, data, location } = findings[0]!
  expect(severity).toBe('info')
  expect(message).toBe(
    '4 builds of bins/libggml-cpu.so for x86-64 differ in the CPU they need: libggml-cpu-x64.so (any), ' +
      'libggml-cpu-sandybridge.so (avx + sse4.2), libggml-cpu-haswell.so (avx + avx2 + fma), libggml-cpu-skylakex.so (avx2 + avx512f)',
  )
  expect(location).toEqual({ path: 'bins/libggml-cpu-haswell.so' })
  expect(data).toMatchObject({
    cpus: {
      'x86-64-v2': ['bins/libggml-cpu-x64.so'],
      sandybridge: ['bins/libggml-cpu-sandybridge.so', 'bins/libggml-cpu-x64.so'],
      haswell: ['bins/libggml-cpu-haswell.so', 'bins/libggml-cpu-sandybridge.so', 'bins/libggml-cpu-x64.so'],
      'skylake-avx512': expect.objectContaining({ length: 4 }),
    },
  })
})

test('folders of the dynamic linker, and folders of one’s own', async () => {
  const findings = await check({
    'lib/x86_64-linux-gnu/libz.so.1': x64(),
    'lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v3/libz.so.1': x64('avx2'),
    'bin/x64-v3/tool': x64('avx2'),
    'bin/x64-v1/tool': x64(),
  })
  expect(findings.map(({ message }) => message)).toEqual([
    '2 builds of bin/tool for x86-64 differ in the CPU they need: bin/x64-v1/tool (any), bin/x64-v3/tool (avx2)',
    expect.stringContaining('glibc-hwcaps/x86-64-v3/libz.so.1 (avx2)'),
  ])
})

test('a family of which nothing runs on a base CPU says so', async () => {
  const [finding] = await check({ 'a-haswell.so': x64('avx2'), 'a-skylake.so': x64('avx2', 'adx') })
  expect(finding?.advice).toMatch(/^None of them runs on x86-64-v1, x86-64-v2, nehalem, westmere, sandybridge, ivybridge\./)
})

test('AArch64 families', async () => {
  const arm = (...cpu: string[]): Entry => ({ elf: 'aarch64', cpu })
  const [finding] = await check({ 'k-armv8.0_1.so': arm(), 'k-armv8.2_2.so': arm('dotprod', 'fp16'), 'k-armv9.2_1.so': arm('sve2') })
  expect(finding?.data).toMatchObject({
    cpus: { 'armv8-a': ['k-armv8.0_1.so'], 'neoverse-n1': ['k-armv8.0_1.so', 'k-armv8.2_2.so'] },
  })
})

test('no family: other machines, other C libraries, other things, equal needs', async () => {
  expect(
    await check({
      'prebuilds/linux-x64/a.node': x64('avx2'),
      'prebuilds/linux-arm64/a.node': { elf: 'aarch64', cpu: ['lse'] },
      'glibc/b.node': x64('avx2'),
      'musl/b.node': x64(),
      'c-avx2.node': x64('avx2'),
      'd.node': x64(),
      'e-haswell.node': x64('avx2'),
      'e-skylake.node': x64('avx2'),
    }),
  ).toEqual([])
})

test('words are taken out whole', () => {
  expect(cpuFamilyKey('node_modules/@oven/bun-linux-x64-baseline/bin/bun')).toBe(cpuFamilyKey('node_modules/@oven/bun-linux-x64/bin/bun'))
  expect(cpuFamilyKey('node_modules/@oven/bun-linux-x64-musl/bin/bun')).not.toBe(cpuFamilyKey('node_modules/@oven/bun-linux-x64/bin/bun'))
  expect(cpuFamilyKey('dist/tool_linux_amd64_v3/tool')).toBe(cpuFamilyKey('dist/tool_linux_amd64_v1/tool'))
  for (const path of ['lib/savx2.so', 'lib/avx2play.so', 'lib/zenith.so', 'lib/generics.so', 'lib/corex1.so']) expect(cpuFamilyKey(path)).toBe(path)
})
