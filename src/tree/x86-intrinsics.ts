/** A header of x86 intrinsics that a C or C++ source includes on every machine. */
export interface IntrinsicsInclude {
  readonly header: string
  /** 1-based. */
  readonly line: number
}

const include = /^\s*#\s*include\s*[<"]((?:imm|xmm|emm|pmm|tmm|smm|nmm|wmm|amm|x86)intrin\.h)[>"]/
const directive = /^\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b(.*)$/

/** Words by which sources ask for x86, or for an instruction set of it, before they use it. */
const x86Condition =
  /__x86_64|__amd64|__i386|_M_(?:X64|IX86|AMD64)|__(?:SSE|SSSE|AVX|FMA|BMI|POPCNT|AES|PCLMUL|F16C|XOP)|\b\w*(?:USE|HAVE|WITH|ENABLE|HAS|SUPPORT|IS|ARCH|TARGET|OPT)\w*_(?:SSE|AVX|SIMD|X86|X64)|\b\w*(?:SSE|AVX|X86|X64)\w*_(?:ENABLED|SUPPORTED|INTRINSICS|SUPPORT)/

/** Includes of intrinsics headers that stand under no condition on the machine. */
export function unguardedIntrinsics(text: string): IntrinsicsInclude[] {
  if (!text.includes('mmintrin.h') && !text.includes('x86intrin.h')) return []
  const found: IntrinsicsInclude[] = []
  /** For each open #if: has any of its conditions so far asked for x86? */
  const stack: boolean[] = []
  let line = 0
  for (const { 0: row } of text.matchAll(/^.*$/gm)) {
    line++
    if (!row.includes('#')) continue
    const header = include.exec(row)?.[1]
    if (header !== undefined && !stack.includes(true)) found.push({ header, line })
    // Longer conditions are no person's; the pattern takes quadratic time.
    const [, name, condition] = directive.exec(row.slice(0, 500)) ?? []
    if (name === 'if' || name === 'ifdef' || name === 'ifndef') stack.push(x86Condition.test(condition ?? ''))
    else if (name === 'elif') stack[stack.length - 1] = stack.at(-1) === true || x86Condition.test(condition ?? '')
    else if (name === 'endif') stack.pop()
  }
  return found
}

/** Names of the files that a source includes with quotes: its own headers, by their last part. */
export function ownIncludes(text: string): string[] {
  return [...text.matchAll(/^\s*#\s*include\s*"([^"\n]+)"/gm)].map((match) =>
    match[1]!.slice(match[1]!.lastIndexOf('/') + 1),
  )
}
