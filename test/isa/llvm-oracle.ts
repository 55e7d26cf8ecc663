import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const roomy = { maxBuffer: 1 << 28 }

/** Tells which of some 32-bit words are instructions to llvm-objdump when exactly these target features are enabled. */
type LlvmOracle = (mattr: string) => Promise<boolean[]>

/** Calls `use` with an oracle on `words`, as code of an object file for `triple`. */
async function withLlvm(triple: string, words: readonly number[], use: (knows: LlvmOracle) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'llvm-oracle-'))
  try {
    const [source, object] = [join(folder, 'words.s'), join(folder, 'words.o')]
    await writeFile(source, words.map((word) => `.4byte 0x${(word >>> 0).toString(16)}\n`).join(''))
    await run('llvm-mc', [`-triple=${triple}`, '-filetype=obj', '-o', object, source], roomy)
    await clearMappingSymbols(object)
    await use(async (mattr) => {
      const { stdout } = await run('llvm-objdump', ['-d', '--no-show-raw-insn', `--triple=${triple}`, `--mattr=${mattr}`, object], roomy)
      const known = Array.from(words, () => false)
      for (const [, address, text] of stdout.matchAll(/^ *([0-9a-f]+): *\t?(.*)$/gm)) {
        const at = Number.parseInt(address!, 16)
        if (at % 4 === 0) known[at / 4] = !text!.includes('<unknown>') && text!.trim() !== ''
      }
      return known
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** `$d` would make objdump print data: it becomes `$x`. */
async function clearMappingSymbols(object: string): Promise<void> {
  const bytes = await readFile(object)
  for (let at = bytes.indexOf('$d'); at >= 0; at = bytes.indexOf('$d', at + 1)) bytes[at + 1] = 'x'.charCodeAt(0)
  await writeFile(object, bytes)
}

/** The same numbers in every run (xorshift32). */
export function randomWords(seed: number): () => number {
  let state = seed | 0
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state
  }
}

/** Words that fit each pattern of a table (`feature  0101..` per line), `each` of them, other bits at random. */
export function wordsOfPatterns(table: string, each: number, next: () => number): number[] {
  const words: number[] = []
  for (const line of table.trim().split('\n')) {
    const pattern = line.slice(9, 41)
    const fixed = Number.parseInt(pattern.replaceAll(/[01]/g, '1').replaceAll('.', '0'), 2) | 0
    const value = Number.parseInt(pattern.replaceAll('.', '0'), 2) | 0
    for (let count = 0; count < each; count++) words.push((next() & ~fixed) | value)
  }
  return words
}

/** What llvm-objdump and a scanner of ours disagree on. */
export interface Disagreements {
  /** Words that are instructions with the base features; with some feature more. */
  readonly base: number
  readonly featured: number
  /** `llvm says | we say`, with how many words and one of them, sorted. */
  readonly wrong: readonly string[]
}

interface Claims {
  readonly triple: string
  readonly base: string
  /** Target features of LLVM by our name of the feature. */
  readonly features: Readonly<Record<string, string>>
  /** What LLVM lets a feature bring along: an instruction that any of those allows does not need the feature. */
  readonly implied: Readonly<Record<string, readonly string[]>>
  /** Ours by LLVM's: features that LLVM puts under another's name. */
  readonly renamed?: Readonly<Record<string, string>>
}

/**
 * Compares what a scanner says of words with what llvm-objdump knows when one feature at a time is enabled. Words that it
 * does not know with all of them on are left out: nothing says what they are.
 */
export async function compareWithLlvm(claims: Claims, words: readonly number[], featureOf: (word: number) => string): Promise<Disagreements> {
  const { triple, base, features, implied, renamed = {} } = claims
  const wrong = new Map<string, { count: number; example: string }>()
  let [basic, featured] = [0, 0]
  await withLlvm(triple, words, async (knows) => {
    const byBase = await knows(base)
    const byAll = await knows([base, ...Object.values(features)].join())
    const byFeature = new Map<string, boolean[]>()
    for (const [name, mattr] of Object.entries(features)) byFeature.set(name, await knows(`${base},${mattr}`))
    for (const [index, word] of words.entries()) {
      if (byAll[index] !== true) continue
      const said = featureOf(word)
      const ours = renamed[said] ?? said
      const enough = [...byFeature].flatMap(([name, known]) => (known[index] === true ? [name] : []))
      let right: boolean
      if (byBase[index] === true) {
        basic++
        right = ours === ''
      } else {
        featured++
        // none is enough by itself: two are needed, and one of them is named
        right = enough.length === 0 ? ours !== '' : enough.includes(ours) && !enough.some((name) => implied[ours]?.includes(name) === true)
      }
      if (right) continue
      const key = `${byBase[index] === true ? 'base' : enough.join('+') || 'several'} | ${said || 'none'}`
      const entry = wrong.get(key)
      if (entry === undefined) wrong.set(key, { count: 1, example: (word >>> 0).toString(16).padStart(8, '0') })
      else entry.count++
    }
  })
  return { base: basic, featured, wrong: [...wrong].map(([key, { count, example }]) => `${key}: ${count}, ${example}`).sort() }
}
