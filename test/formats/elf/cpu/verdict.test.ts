import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import type { Need } from '../../../../src/core/requirement.ts'
import { analyzeElf } from '../../../../src/formats/elf/analyze.ts'
import { explainFeature } from '../../../../src/formats/elf/cpu/explain-feature.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { cpuAnalysisBounded } from '../../../../src/formats/elf/rules/cpu-analysis-bounded.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { builds, compile, isInstalled, type Style, styles } from '../../../truth/programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }

async function needOf(bytes: Uint8Array, feature: string, cpu?: string): Promise<{ need: Need | 'absent'; level: unknown; path: readonly string[] }> {
  const { requirements, properties } = await analyzeCpu(readElf(bytes), cpu === undefined ? {} : { cpu }, context)
  const requirement = requirements.find(({ kind, name }) => kind === 'cpu-feature' && name === feature)
  return { need: requirement?.need ?? 'absent', level: properties['cpuLevel'], path: requirement?.evidence[0]?.path ?? [] }
}

/** The whole matrix is in the corpus test; these take a few seconds. */
const small: readonly Style[] = ['BUILTIN', 'IFUNC', 'CONSTRUCTOR', 'LAZY', 'TABLE', 'OPS', 'SWITCH', 'SMALL_FIELD', 'BY_INDEX', 'MIDDLE', 'WITHHELD', 'EXIT', 'PRINTED', 'POINTER_PRINTED', 'MIXED', 'DEEP', 'CHOICE']

const haveGcc = await isInstalled('gcc')

test.skipIf(!haveGcc || process.arch !== 'x64')(
  'styles of dispatch in small: nothing needed is called guarded, nothing guarded is called required or possible',
  async () => {
    const outcomes = { exact: 0, possible: 0, all: 0 }
    const wrong: string[] = []
    for (const style of small) {
      for (const build of builds.slice(1, 2)) {
        const path = await compile(style, build)
        if (path === undefined) continue // no clang, or a compiler without target_clones
        const { need } = await needOf(await readFile(path), 'avx2')
        outcomes.all++
        if (styles[style] === 'needed') {
          if (need === 'required') outcomes.exact++
          else if (need === 'possible') outcomes.possible++
          else wrong.push(`${style} ${build.join(' ')}: ${need}, but it is needed`)
        } else if (need === 'required' || need === 'possible') wrong.push(`${style} ${build.join(' ')}: ${need}, but it is guarded`)
        else outcomes.exact++
      }
    }
    expect(wrong).toEqual([])
    expect(outcomes.all).toBeGreaterThan(10)
    expect(outcomes.exact).toBe(outcomes.all)
  },
)

test.skipIf(!haveGcc || process.arch !== 'x64')('what ends the program where a check fails is no alternative: the feature is required, static or not', async () => {
  for (const build of [builds[1]!, builds[4]!, builds[7]!]) {
    const ends = await readFile((await compile('EXIT', build))!)
    const chooses = await readFile((await compile('EXIT_THEN_CHOICE', build))!)
    expect([build.join(' '), (await needOf(ends, 'avx2')).need]).toEqual([build.join(' '), 'required'])
    expect([build.join(' '), (await needOf(chooses, 'avx2')).need]).toEqual([build.join(' '), 'guarded'])
  }
})

test.skipIf(!haveGcc || process.arch !== 'x64')('a witness leads from the entry point to the instruction', async () => {
  const path = (await compile('UNGUARDED', ['gcc', '-O2']))!
  const { need, level, path: steps } = await needOf(await readFile(path), 'avx2')
  expect(need).toBe('required')
  expect(level).toEqual({ required: 'x86-64-v3', possible: null })
  expect(steps[0]).toBe('_start (entry)')
  expect(steps.at(-1)).toMatch(/^sum_wide/)
})

test.skipIf(!haveGcc || process.arch !== 'x64')('asked about a CPU that has a feature, the feature is no requirement', async () => {
  const bytes = await readFile((await compile('WEAK_GUARD', ['gcc', '-O2']))!)
  expect((await needOf(bytes, 'avx2')).need).toBe('guarded')
  expect((await needOf(bytes, 'avx2', 'haswell')).need).toBe('absent')
})

test.skipIf(!haveGcc || process.arch !== 'x64')('a check that is weaker than the code guards nothing on a CPU between the two', async () => {
  for (const build of [builds[1]!, builds[4]!]) {
    const weak = await needOf(await readFile((await compile('WEAK_GUARD', build))!), 'avx2', 'nehalem')
    expect(['required', 'possible']).toContain(weak.need)
    for (const style of ['BUILTIN', 'CONSTRUCTOR', 'TABLE', 'EXIT_THEN_CHOICE'] as const) {
      const { need } = await needOf(await readFile((await compile(style, build))!), 'avx2', 'nehalem')
      expect([style, build.join(' '), need]).toEqual([style, build.join(' '), 'guarded'])
    }
  }
})

test.skipIf(!haveGcc || process.arch !== 'x64')('cut off or with flipped bits, a program gives an answer or a typed error', async () => {
  const bytes = await readFile((await compile('LAZY', ['gcc', '-O2', '-no-pie']))!)
  const typed = async (broken: Uint8Array): Promise<void> => {
    try {
      await analyzeCpu(readElf(broken), {}, context)
    } catch (error) {
      expect((error as Error).name).toMatch(/Error$/)
      expect(error).toHaveProperty('code')
    }
  }
  for (let size = 0; size < bytes.length; size += 977) await typed(bytes.subarray(0, size))
  for (let at = 0; at < bytes.length; at += 331) {
    const broken = Uint8Array.from(bytes)
    broken[at]! ^= 1 << (at % 8)
    await typed(broken)
  }
})

test.skipIf(!haveGcc || process.arch !== 'x64')('it is said whether the search came to its end', async () => {
  const bytes = await readFile((await compile('LAZY', ['gcc', '-O2']))!)
  const analysis = await analyzeElf({ path: 'program', bytes }, {}, context)
  expect(analysis.properties['cpuAnalysis']).toBe('complete')
  expect([...cpuAnalysisBounded.check(analysis)]).toEqual([])
  const cpu = { ...analysis.detail.cpu, properties: { cpuAnalysis: 'bounded' } }
  expect([...cpuAnalysisBounded.check({ ...analysis, detail: { ...analysis.detail, cpu } })]).toMatchObject([{ severity: 'info' }])
})

test('an unknown CPU model is refused with a suggestion', async () => {
  const bytes = await readFile(process.execPath)
  if (process.arch !== 'x64') return
  await expect(analyzeCpu(readElf(bytes), { cpu: 'haswel' }, context)).rejects.toThrow(/neither a CPU model nor a feature/)
})

test.skipIf(!haveGcc || process.arch !== 'x64')('explain shows the instruction and the way to it', async () => {
  const bytes = await readFile((await compile('UNGUARDED', ['gcc', '-O2']))!)
  const answer = await explainFeature({ path: 'program', bytes }, { kind: 'feature', name: 'AVX2' }, {}, context)
  expect(answer.summary).toBe('program: avx2 is required')
  const text = answer.lines.join('\n')
  expect(text).toMatch(/0x[0-9a-f]+ {2}[0-9a-f]+ {2}v[a-z0-9]+ [xy]mm\d.* {2}in sum_wide[\s\S]*reached by _start \(entry\) > .*sum_wide/)
  expect(text).toMatch(/^\d+ instructions? in \d+ functions?: \d+ reached without a check that was found/m)
  expect(text).toMatch(/no check of the CPU was found|checks of the CPU: /)
  expect(answer.data).toMatchObject({ need: 'required', incomplete: false, counts: { instructions: expect.any(Number) } })
})

test.skipIf(!haveGcc || process.arch !== 'x64')('explain shows what is guarded, and the checks', async () => {
  const bytes = await readFile((await compile('BUILTIN', ['gcc', '-O2']))!)
  const answer = await explainFeature({ path: 'program', bytes }, { kind: 'feature', name: 'avx2' }, {}, context)
  expect(answer.summary).toBe('program: avx2 is guarded')
  expect(answer.lines.join('\n')).toMatch(/functions?; none of them is reached on a CPU without it\nchecks of the CPU: /)
})
