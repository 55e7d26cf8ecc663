import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyze } from '../../src/api/analyze.ts'
import type { Finding } from '../../src/core/finding.ts'
import type { Report } from '../../src/core/report.ts'
import type { Architecture } from '../../src/core/requirement.ts'
import { elfPackages } from '../corpus/elf.ts'
import { fetchPackage } from '../corpus/fetch.ts'
import type { PinnedPackage } from '../corpus/packages.ts'
import { nativePackages } from '../corpus/targets.ts'
import { folderTree } from './support/folder-tree.ts'
import { runRule } from './support/run-rule.ts'

const folders = new Map<string, string>()
const pinned = (name: string): PinnedPackage => {
  const found = [...nativePackages, ...elfPackages].find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`${name} is not pinned`)
  return found
}

function cpuFeatures(report: Report, part: string): string[] {
  const artifacts = report.artifacts.filter((artifact) => artifact.path.includes(part))
  return artifacts.flatMap(({ requirements }) =>
    requirements.filter(({ kind }) => kind === 'cpu-feature').map(({ name }) => name),
  )
}

/** One rule over packages as they are in node_modules; ELF headers read by the test’s own reader. */
async function find(
  rule: string,
  names: readonly string[],
  asked: readonly Architecture[] = [],
): Promise<readonly Omit<Finding, 'ruleId'>[]> {
  const trees = names.map((name) => [`node_modules/${name}`, folders.get(name)!] as const)
  return runRule(rule, await folderTree(Object.fromEntries(trees), asked))
}

beforeAll(async () => {
  for (const each of nativePackages) folders.set(each.name, await fetchPackage(each))
  for (const name of [
    '@img/sharp-linux-x64',
    '@img/sharp-linux-arm64',
    '@img/sharp-libvips-linux-arm64',
    '@esbuild/linux-arm64',
    '@esbuild/linux-x64',
  ]) {
    folders.set(name, await fetchPackage(pinned(name)))
  }
})

describe('packages as published', () => {
  it.each(['tree-sitter', 'tree-sitter-python', 'tree-sitter-typescript'])(
    '%s has x86-64 code under linux-arm64',
    async (name) => {
      const findings = await find('tree/mislabelled-build', [name])
      expect(findings.map((finding) => finding.location?.path)).toEqual([
        `node_modules/${name}/prebuilds/linux-arm64/${name}.node`,
      ])
      expect(findings[0]?.data).toMatchObject({ claimed: 'arm64', architecture: 'x86-64' })
      const [matrix] = await find('tree/native-packages', [name])
      expect(matrix?.message).toContain('has builds for linux/x64 glibc, darwin/arm64')
      expect((await find('tree/missing-build', [name], ['aarch64']))[0]?.message).toContain(
        'has no Linux build for arm64',
      )
    },
  )

  it('none of the others is mislabelled', async () => {
    const others = nativePackages.map(({ name }) => name).filter((name) => !name.startsWith('tree-sitter'))
    expect(await find('tree/mislabelled-build', others)).toEqual([])
  })

  it('onnxruntime-node: 301 MB, of which linux/x64 needs 46', async () => {
    const [finding] = await find('tree/foreign-builds', ['onnxruntime-node'])
    const needed = finding?.data?.['needed'] as { platform: string; bytes: number }[]
    const x64 = needed.find(({ platform }) => platform.startsWith('linux/x64'))!.bytes
    const total = finding?.data?.['totalBytes'] as number
    expect(Math.round(x64 / 1e6)).toBe(46)
    expect(Math.round(total / 1e6)).toBe(301)
    expect(finding?.wastedBytes).toBe(total - Math.max(...needed.map(({ bytes }) => bytes)))
    const [alone] = await find('tree/foreign-builds', ['onnxruntime-node'], ['x86-64'])
    expect(alone?.wastedBytes).toBe(total - x64)
  })

  it('bcrypt and argon2: prebuilds with tags of C library and Arm version', async () => {
    const [bcrypt] = await find('tree/native-packages', ['bcrypt'])
    expect(bcrypt?.message).toContain(
      'linux/arm (glibc, musl), linux/arm64 (glibc, musl), linux/x64 (glibc, musl), darwin/arm64, darwin/x64, win32/arm64, win32/x64',
    )
    const [argon2] = await find('tree/native-packages', ['argon2'])
    expect(argon2?.message).toContain('linux/arm (glibc, musl), linux/arm64 (glibc, musl), linux/x64 (glibc, musl)')
    expect(argon2?.message).toContain('freebsd/x64')
  })

  it('better-sqlite3: nothing in its tarball, and how it would come', async () => {
    const [finding] = await find('tree/missing-build', ['better-sqlite3'], ['aarch64'])
    expect(finding?.message).toContain(
      'no Linux build for arm64 in the tree: its install script fetches one with prebuild-install, or compiles it',
    )
    expect(finding?.data).toMatchObject({ compilable: true, conventions: ['prebuild-install', 'node-gyp'] })
  })

  it.each([
    ['sharp', 'linux/arm64 (glibc, musl)'],
    ['@swc/core', 'linux/x64 (glibc, musl)'],
    ['@node-rs/argon2', 'linux/arm64 (glibc, musl)'],
    ['lightningcss', 'linux/arm glibc'],
    ['esbuild', 'linux/riscv64'],
  ])('%s: what npm has in packages of their own', async (name, platform) => {
    const [finding] = await find('tree/native-packages', [name])
    expect(finding?.message).toContain('has no build in the tree; npm has it for')
    expect(finding?.message).toContain(platform)
  })

  it('sharp installed for arm64, beside what esbuild fetched for the host', async () => {
    const names = [
      'sharp',
      '@img/sharp-linux-arm64',
      '@img/sharp-libvips-linux-arm64',
      'esbuild',
      '@esbuild/linux-arm64',
    ]
    const trees = Object.fromEntries(names.map((name) => [`node_modules/${name}`, folders.get(name)!]))
    const host = await mkdtemp(join(tmpdir(), 'host-build-'))
    try {
      await cp(join(folders.get('@esbuild/linux-x64')!, 'bin/esbuild'), join(host, 'esbuild'))
      const tree = await folderTree({ ...trees, 'node_modules/esbuild/bin': host })
      const [finding, ...rest] = await runRule('tree/host-build', tree)
      expect(rest).toEqual([])
      expect(finding?.severity).toBe('error')
      expect(finding?.message).toBe(
        'esbuild@0.28.2: bin/esbuild is x64 code, and is loaded before the builds for arm64 beside it; the tree is installed for arm64',
      )
    } finally {
      await rm(host, { recursive: true })
    }
  })

  it('x86 flags and intrinsics in what is compiled: found where nothing guards them, and only there', async () => {
    const names = ['highwayhash', 'simdjson', 'sse4_crc32', 'xxhash-addon', 'argon2', 'better-sqlite3', 'bcrypt']
    const findings = await find('tree/x86-sources', names)
    expect(findings.map((finding) => finding.data?.['package']).sort()).toEqual(['highwayhash', 'simdjson'])
    expect(findings[0]?.message).toContain('-mavx2 in binding.gyp:43')
    const text = await readFile(join(folders.get('highwayhash')!, 'binding.gyp'), 'utf8')
    expect(text.split('\n')[42]).toContain('-mavx2') // the line that is named says it
  })
})

describe('a whole application, analysed as users do', () => {
  const app = join(tmpdir(), `shrink-tree-${process.pid}`)

  beforeAll(async () => {
    const files: Readonly<Record<string, string>> = {
      'package.json': JSON.stringify({
        name: 'app',
        version: '1.0.0',
        type: 'module',
        dependencies: { bcrypt: '6.0.0', highwayhash: '3.1.1' },
      }),
      'src/handler.js':
        "import bcrypt from 'bcrypt'\nexport const hash = async (text) => (await import('highwayhash')).asHexString(bcrypt.hashSync(text, 4), text)\n",
    }
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(app, path)), { recursive: true })
      await writeFile(join(app, path), text)
    }
    for (const name of ['bcrypt', 'highwayhash', 'tree-sitter'])
      await cp(folders.get(name)!, join(app, 'node_modules', name), { recursive: true })
  })
  afterAll(() => rm(app, { recursive: true, force: true }))

  it('names the way to what is x86, and judges the right build of several', async () => {
    const report = await analyze([app], {
      configFile: false,
      config: { target: ['debian-12'], arch: ['arm64'], compressedSizes: 'none' },
    })
    const messages = report.treeFindings.map((finding) => `${finding.ruleId} ${finding.message}`)
    expect(messages).toContainEqual(
      expect.stringMatching(
        /^tree\/x86-sources highwayhash@3\.1\.1 .*reached by src\/handler\.js:2 \(dynamic import\)$/,
      ),
    )
    expect(messages).toContainEqual(
      expect.stringContaining('tree/mislabelled-build tree-sitter@0.22.1: linux-arm64/tree-sitter.node is x64'),
    )
    const bcrypt = report.portability.filter((verdict) => verdict.artifact.includes('bcrypt/prebuilds'))
    expect(bcrypt.map(({ artifact, verdict }) => `${artifact.split('prebuilds/')[1]} ${verdict}`)).toEqual([
      'linux-arm64/bcrypt.glibc.node runs',
    ])
    expect(cpuFeatures(report, 'bcrypt/prebuilds/linux-arm64')).toEqual([]) // Armv8.0 code, with no feature beyond it
    const parser = report.portability.filter((verdict) => verdict.artifact.includes('tree-sitter/prebuilds'))
    expect(new Set(parser.map(({ verdict }) => verdict))).toEqual(new Set(['fails']))
  })
})
