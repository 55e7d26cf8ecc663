import { describe, expect, it } from 'vitest'
import { readGyp } from '../../src/tree/gyp-flags.ts'
import { referencesIn } from '../../src/tree/references.ts'
import { unguardedIntrinsics } from '../../src/tree/x86-intrinsics.ts'
import { manifest, memoryTree } from './support/memory-tree.ts'
import { runRule } from './support/run-rule.ts'

const turbo = {
  'package.json': manifest('app', '1.0.0', { dependencies: { middle: '1.0.0' } }),
  'node_modules/middle/package.json': manifest('middle', '1.0.0', { dependencies: { turbo: '1.0.0' } }),
  'node_modules/turbo/package.json': manifest('turbo', '1.0.0'),
  'node_modules/turbo/turbo.node': { elf: 'x86-64', libc: 'glibc' } as const,
  'node_modules/turbo/index.js': "module.exports = require('./turbo.node')\n",
}

async function wayTo(app: string, middle: string): Promise<string | undefined> {
  const tree = memoryTree({ ...turbo, 'src/app.mjs': app, 'node_modules/middle/lib/index.js': middle })
  return (await runRule('tree/x86-only', tree))[0]?.message
}

describe('tree/x86-only', () => {
  it('names the way by which the application reaches it', async () => {
    expect(await wayTo("import { x } from 'middle'\n", "\nconst t = require('turbo')\n")).toBe(
      'turbo@1.0.0 exists for x64 only; reached by src/app.mjs:1 (import) → node_modules/middle/lib/index.js:2 (require) → node_modules/turbo/index.js:1 (require)',
    )
    expect(
      await wayTo('\n\nexport const f = () => import("middle/sub")\n', 'module.exports = (n) => require(`turbo/${n}`)'),
    ).toContain('src/app.mjs:3 (dynamic import) → node_modules/middle/lib/index.js:1 (computed)')
  })

  it('tells together what no code uses, as in a layer of Python, and by themselves what is used or what was asked for', async () => {
    const files = (count: number): Parameters<typeof memoryTree>[0] =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`python/numpy/m${index}.so`, { elf: 'x86-64', libc: 'glibc' } as const]))
    const used = { 'app.cjs': "require('child_process').spawn('./bin/tool')\n", 'bin/tool': { elf: 'x86-64', libc: 'glibc' } as const }
    const messages = async (...tree: Parameters<typeof memoryTree>): Promise<string[]> => (await runRule('tree/x86-only', memoryTree(...tree))).map(({ message }) => message)
    expect(await messages({ ...files(5), ...used })).toEqual([
      'bin/tool exists for x64 only; reached by app.cjs:1 (spawn)',
      '5 programs and libraries exist for x86 only; no code that uses them was found: python/numpy/m0.so, python/numpy/m1.so, python/numpy/m2.so and 2 more',
    ])
    expect(await messages(files(3))).toHaveLength(3)
    expect(await messages(files(5), ['aarch64'])).toHaveLength(5)
  })

  it('does not take comments and other strings for uses', async () => {
    expect(
      await wayTo("import 'middle' // 'turbo'\n", "// require('turbo')\nconst s = 'not turbo at all'\n"),
    ).toContain('src/app.mjs:1 (import) → node_modules/middle/package.json (declared)')
  })

  it('is silent where another architecture has a build, npm has one, or it can be compiled', async () => {
    const silent = async (more: Parameters<typeof memoryTree>[0]): Promise<void> =>
      expect(await runRule('tree/x86-only', memoryTree({ ...turbo, ...more }))).toEqual([])
    await silent({ 'node_modules/turbo/arm64/turbo.node': { elf: 'aarch64', libc: 'glibc' } })
    await silent({ 'node_modules/turbo/binding.gyp': '{}' })
    await silent({
      'node_modules/turbo/package.json': manifest('turbo', '1.0.0', {
        optionalDependencies: { 'turbo-linux-arm64': '1' },
      }),
    })
  })

  it('names programs of the application and who starts them', async () => {
    const tree = {
      'package.json': manifest('app', '1.0.0'),
      'bin/x64/thumb': { elf: 'x86-64' } as const,
      'bin/x64/both': { elf: 'x86-64' } as const,
      'bin/arm64/both': { elf: 'aarch64' } as const,
      'src/handler.cjs':
        "const { execFile } = require('child_process')\nconst tool = path.join(__dirname, '../bin/x64/thumb')\nexecFile(tool, [])\n",
    }
    const [finding, ...rest] = await runRule('tree/x86-only', memoryTree(tree))
    expect(rest).toEqual([])
    expect(finding).toMatchObject({
      severity: 'info',
      message: 'bin/x64/thumb exists for x64 only; reached by src/handler.cjs:3 (spawn)',
    })
    expect((await runRule('tree/x86-only', memoryTree(tree, ['aarch64'])))[0]?.severity).toBe('error')
  })
})

describe('referencesIn', () => {
  it('tells the ways of naming a module apart', async () => {
    const code = [
      "import a from 'x'",
      "export * from 'x/y'",
      "const b = require('x')",
      'const c = require(`x/${name}.node`)',
      "const d = await import('x')",
      "spawnSync('x', ['--version'])",
      "const e = 'x'",
      "// require('x')",
      'const f = "require(\'x\')"',
    ].join('\n')
    const found = await referencesIn('a.mjs', code, (name) => name === 'x' || name.startsWith('x/'))
    expect(found.map(({ line, how }) => `${line} ${how}`).sort()).toEqual(
      ['1 import', '2 import', '3 require', '4 computed', '5 dynamic import', '6 spawn', '7 path'].sort(),
    )
  })

  it('stands code that does not parse or nests deeply', async () => {
    expect(await referencesIn('a.js', 'const = (', () => true)).toEqual([])
    for (const depth of [100, 1_000_000]) {
      const nested = `require(${'['.repeat(depth)}'x'${']'.repeat(depth)})`
      expect(await referencesIn('a.js', nested, (name) => name === 'x')).toHaveLength(depth === 100 ? 1 : 0)
    }
    const sum = `const x = ${"'x'+".repeat(500_000)}'x'`
    expect(await referencesIn('a.js', sum, (name) => name === 'x')).toEqual([])
  })
})

describe('tree/x86-sources', () => {
  it('reads conditions of gyp files', () => {
    const gyp = `{
      'targets': [{
        'cflags': ['-O3', '-mavx2'],  # for 'everybody'
        'conditions': [
          ['target_arch=="x64"', { 'cflags': ['-msse4.2'], 'sources': ['src/sse.cc'] }, { 'cflags': ['-mpopcnt'] }],
          ['target_arch!="arm64"', { 'cflags': ['-mssse3'] }],
          ["OS=='linux'", { "cflags": ["-march=native"] }],
        ],
      }],
    }`
    const { flags, guardedSources } = readGyp(gyp)
    expect(flags.map(({ flag, line, guarded }) => `${flag} ${line} ${guarded}`)).toEqual([
      '-mavx2 3 false',
      '-msse4.2 5 true',
      '-mpopcnt 5 false',
      '-mssse3 6 true',
      '-march=native 7 false',
    ])
    expect([...guardedSources]).toEqual(['src/sse.cc'])
    expect(() => readGyp("{'a': ['unclosed, {[")).not.toThrow()
  })

  it('reads conditions of the preprocessor', () => {
    expect(unguardedIntrinsics('#include <immintrin.h>\n')).toEqual([{ header: 'immintrin.h', line: 1 }])
    expect(unguardedIntrinsics('#ifndef A_H\n#define A_H\n#include <nmmintrin.h>\n#endif')).toEqual([
      { header: 'nmmintrin.h', line: 3 },
    ])
    expect(
      unguardedIntrinsics('#if defined(__SSE4_2__)\n#include <nmmintrin.h>\n#endif\n#include <emmintrin.h>'),
    ).toEqual([{ header: 'emmintrin.h', line: 4 }])
    expect(unguardedIntrinsics('#ifdef _MSC_VER\n#elif defined(__x86_64__)\n#include <x86intrin.h>\n#endif')).toEqual(
      [],
    )
    expect(unguardedIntrinsics('// #include <immintrin.h>\n')).toEqual([])
    expect(unguardedIntrinsics(`#if ${'USE_'.repeat(500_000)}\n#include <immintrin.h>\n`)).toHaveLength(1) // in time
  })

  it('counts a header when a source that is compiled everywhere includes it', async () => {
    const base = {
      'node_modules/fast/package.json': manifest('fast', '1.0.0'),
      'node_modules/fast/src/simd.h': '#include <immintrin.h>\n',
    }
    const signs = async (more: Parameters<typeof memoryTree>[0]): Promise<number> =>
      (await runRule('tree/x86-sources', memoryTree({ ...base, ...more }))).length
    expect(
      await signs({ 'node_modules/fast/binding.gyp': '{}', 'node_modules/fast/src/a.cc': '#include "simd.h"\n' }),
    ).toBe(1)
    expect(await signs({ 'node_modules/fast/binding.gyp': '{}', 'node_modules/fast/src/a.cc': 'int a;\n' })).toBe(0)
    expect(
      await signs({
        'node_modules/fast/binding.gyp': "{'conditions': [['target_arch==\"x64\"', {'sources': ['src/a.cc']}]]}",
        'node_modules/fast/src/a.cc': '#include "simd.h"\n',
      }),
    ).toBe(0)
    expect(await signs({ 'node_modules/fast/src/a.cc': '#include "simd.h"\n' })).toBe(0) // nothing is compiled from it
  })
})
