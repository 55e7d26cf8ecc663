/**
 * Names of instruction sets and processors as authors put them into function names: `memcpy_avx_unaligned`,
 * `dgemm_kernel_HASWELL`, `sha256_block_data_order_shaext`. A function that bears one is there to be chosen. So are those that
 * compilers make for vectors of a width: `_ZGVdN4v_exp` (x86 Vector Function ABI, 2.6: c is AVX, d AVX2, e AVX-512).
 */
const isaName =
  /(?:avx|sse[34_]|ssse3|sse2|haswell|skylake|zen\d|icelake|sandybridge|cooperlake|sapphire|westmere|nehalem|corei7|bmi[12_]|fma[34]|_fma_|xop|popcnt|aesni|aes_?hw|_ni\b|sha_?ni|vaes|gfni|x86_?64_v[234]|amx|p?clmul|adx|mulx|rdrand|rdseed|evex|erms|piledriver|bulldozer|steamroller|excavator|barcelona|penryn|dunnington|core2|bobcat|prescott|opteron|hsw|skx|_icl|x86ni|_v[34]x|carrizo|shaext|vpaes|_m(?:256|512)[id]?$|^_ZGV[cde][MN]\d+\w*_)/i

/** What Rust's intrinsics are (`core::arch`): functions of their own where nothing is inlined, each with one instruction, that nobody chooses. */
const intrinsic = /^_(?:ZN|R\w*_)4core9core_arch/

export function isIsaName(name: string): boolean {
  return isaName.test(name) && !intrinsic.test(name) && (!mangled.test(name) || isaName.test(identifiersOf(name)))
}

const mangled = /^_(?:Z(?!GV)|R)/
/** What digits are no length in: of C++ a number as argument of a template, of Rust the hash of a crate. */
const noLength = { Z: /L[a-z]n?\d+E/g, R: /Cs[0-9A-Za-z]+_/g }

/** What was written in the source, of a mangled name: in `10serde_core2de` is no Core 2, and a hash says what it likes. */
function identifiersOf(name: string): string {
  const text = name.replace(noLength[name[1] as 'Z' | 'R'], '')
  const length = /\d+/g
  const found: string[] = []
  for (let match = length.exec(text); match !== null; match = length.exec(text)) {
    const end = length.lastIndex + Number(match[0])
    if (end > text.length) continue
    found.push(text.slice(length.lastIndex, end))
    length.lastIndex = end
  }
  // as the names of C have a word's end where the next begins
  return found.join(' ')
}

/** Is what it is named for a part of every x86-64 CPU? */
export function isNamedForAny(name: string): boolean {
  return !isaName.test(name.replace(/sse2/gi, ''))
}

/**
 * libstdc++'s source of random numbers: what makes one asks for RDRAND, and opens a file where there is none; what takes a number from it uses RDRAND where it
 * has no file.
 */
export function asksByItsObject(name: string): boolean {
  return /^_ZNSt13random_device\d+_M_getval/.test(name)
}

/** Words that tell the variant for any CPU from the others. */
const plainName = /^(?:c|cpp|base|baseline|generic|scalar|plain|ref|reference|default|fallback|none|noarch|portable|naive|x86|x64|amd64|x86_64|std)$/i

/** Does a word say that something is for any CPU? */
export function isPlainName(word: string): boolean {
  return plainName.test(word)
}

/** Functions that have to share a word before it counts as the name of a CPU. */
const LEAST_VARIANTS = 3

/**
 * Words that stand, at the beginning or the end of names, where others have the name of an instruction set: with
 * `sgemm_kernel_ZEN` beside `sgemm_kernel_HASWELL`, `dgemm_kernel_ZEN` beside `dgemm_kernel_HASWELL` and so on, ZEN is one.
 */
export function findVariantNames(names: Iterable<string>): (name: string) => boolean {
  const others: string[] = []
  const frames = new Set<string>()
  for (const name of names) {
    if (!isIsaName(name)) others.push(name)
    else for (const { word, frame } of wordsAtEnds(name)) if (isIsaName(word) || isIsaName(`_${word}`)) frames.add(frame)
  }
  const variants = new Set<string>()
  if (frames.size >= LEAST_VARIANTS) {
    const uses = new Map<string, { all: number; beside: number }>()
    for (const name of others) {
      for (const { word, frame, place } of wordsAtEnds(name)) {
        if (plainName.test(word)) continue
        const key = place + word
        const use = uses.get(key) ?? { all: 0, beside: 0 }
        use.all++
        if (frames.has(frame)) use.beside++
        uses.set(key, use)
      }
    }
    for (const [key, { all, beside }] of uses) if (beside >= LEAST_VARIANTS && beside >= all / 2) variants.add(key)
  }
  return (name) => variants.size > 0 && wordsAtEnds(name).some(({ word, place }) => variants.has(place + word))
}

/** First and last word of a name, each with what the name is without it. */
function wordsAtEnds(name: string): { word: string; frame: string; place: '<' | '>' }[] {
  const first = name.indexOf('_', 1)
  if (first < 0) return []
  const last = name.lastIndexOf('_')
  return [
    { word: name.slice(0, first), frame: `<${name.slice(first)}`, place: '<' },
    { word: name.slice(last + 1), frame: `>${name.slice(0, last)}`, place: '>' },
  ]
}
