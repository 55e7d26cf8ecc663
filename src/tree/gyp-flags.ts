/** An instruction-set flag in a gyp file, with what it is conditional on. */
export interface GypFlag {
  readonly flag: string
  /** 1-based. */
  readonly line: number
  /** Stands under a condition that holds on x86 only. */
  readonly guarded: boolean
}

export interface GypReading {
  readonly flags: readonly GypFlag[]
  /** Source files that are compiled on x86 only, as the gyp file names them. */
  readonly guardedSources: ReadonlySet<string>
}

const x86Flag =
  /^-m(?:avx|sse|ssse|fma\b|fma4|bmi|popcnt|aes\b|pclmul|f16c|lzcnt|adx|sha\b|xop|arch=(?!arm)|tune=native|cpu=native)/
const sourceFile = /\.(?:c|cc|cpp|cxx|asm|s)$/i

/** `['target_arch == "x64"', { … }, { … }]`: the list, and which of its dictionaries is being read. */
interface Frame {
  readonly list: boolean
  condition: string | undefined
  /** Values seen in this frame so far. */
  count: number
}

/**
 * Reads a gyp file (a Python literal) as far as conditions and flags go. Never throws: what it does not understand it
 * passes over.
 *
 * https://gyp.gsrc.io/docs/InputFormatReference.md, "Conditionals"
 */
export function readGyp(text: string): GypReading {
  const flags: GypFlag[] = []
  const guardedSources = new Set<string>()
  const stack: Frame[] = []
  let line = 1
  for (const { 0: token } of text.matchAll(/\n|#[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|[[\]{}]/g)) {
    if (token === '\n') line++
    else if (token === '[' || token === '{') {
      const parent = stack.at(-1)
      if (parent !== undefined) parent.count++
      stack.push({ list: token === '[', condition: undefined, count: 0 })
    } else if (token === ']' || token === '}') stack.pop()
    else if (!token.startsWith('#')) {
      const value = token.slice(1, -1)
      const frame = stack.at(-1)
      if (frame?.list === true && frame.count === 0) frame.condition = value
      if (frame !== undefined) frame.count++
      const guarded = stack.some(isX86Branch)
      if (guarded && sourceFile.test(value)) guardedSources.add(value)
      for (const flag of value.split(/\s+/)) if (x86Flag.test(flag)) flags.push({ flag, line, guarded })
    }
  }
  return { flags, guardedSources }
}

/** `count` 2: inside the dictionary that holds when the condition does; 3: inside the other one. */
function isX86Branch({ list, condition, count }: Frame): boolean {
  if (!list || condition === undefined || !/arch/.test(condition)) return false
  const x86 = /x64|ia32|x86|amd64|i[36]86/.test(condition)
  const arm = /arm/.test(condition)
  const negated = /!=|\bnot\b/.test(condition)
  const holds = count <= 2
  if (x86) return negated ? !holds : holds
  return arm && (negated ? holds : !holds)
}
