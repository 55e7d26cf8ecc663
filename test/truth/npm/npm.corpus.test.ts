import { readFile, rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '../../../src/core/context.ts'
import { analyzeCpu } from '../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../src/formats/elf/read/elf-file.ts'
import { ladder, lowestFor, lowestPassing, rank } from '../ladder.ts'
import { isInstalled } from '../programs.ts'
import { type Labelled, scoreOf, tableOf } from '../score.ts'
import { trapOf } from '../trap.ts'
import { replay, witnessesOf } from '../witnesses.ts'
import { prepare, workFolder, workloads } from './workloads.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('qemu-x86_64', '-version'))
const named = process.env['SHRINK_TRUTH'] ?? ''

/** What does not hold yet. May only get shorter. */
/** A library in it was compiled for a later CPU, and whether it is used is up to the program that loads the add-on. */
const knownMissedPossible = ['image', 'lancedb']
const knownPossibleNotNeeded = ['ffmpeg', 'deno']

let work: string
beforeAll(async () => {
  if (ready) work = await workFolder()
})
afterAll(async () => {
  if (ready) await rm(work, { recursive: true, force: true })
})

test.skipIf(!ready)('what npm binaries need: the lowest CPU of qemu that passes, against our verdict (needs gcc, qemu-user, python3)', async () => {
  const labelled: Labelled[] = []
  const broken: string[] = []
  const trapsNotSeen: string[] = []
  const witnesses: string[] = []
  for (const workload of workloads) {
    if (named === '' ? workload.long === true : named !== 'all' && !new RegExp(named).test(workload.name)) continue
    const { file, command, env } = await prepare(workload, work)
    const truth = await lowestPassing(command, env)
    if (truth === undefined) {
      broken.push(workload.name)
      continue
    }
    const { requirements } = await analyzeCpu(readElf(await readFile(file)), {}, context)
    labelled.push({ name: workload.name, truth, ...lowestFor(requirements) })
    witnesses.push(...witnessesOf(requirements))
    if (truth === 'qemu64') continue
    const below = ladder[rank(truth) - 1]!.model
    const trap = below === 'beyond' ? undefined : await trapOf(file, command, below, env, work)
    const admitted = requirements.filter(({ need }) => need !== 'guarded').map(({ name }) => name)
    if (trap?.address === undefined || !trap.features.some((feature) => admitted.includes(feature))) {
      trapsNotSeen.push(`${workload.name}: ${below} traps at 0x${trap?.address?.toString(16)} for ${trap?.features.join('+')}`)
    }
  }
  console.log(tableOf(labelled))
  expect(broken).toEqual([])
  const score = scoreOf(labelled)
  expect(score.silentMisses).toEqual([])
  expect(score.missedPossible.filter((name) => !knownMissedPossible.includes(name))).toEqual([])
  expect(score.falselyRequired).toEqual([])
  expect(score.possibleNotNeeded.filter((name) => !knownPossibleNotNeeded.includes(name))).toEqual([])
  // what stops the program is a feature that we call required or possible
  expect(trapsNotSeen).toEqual([])
  // what is shown as evidence traps on the CPUs that lack the feature, and on no other
  expect(witnesses.length).toBeGreaterThan(10)
  expect(await replay(witnesses, work)).toEqual([])
})
