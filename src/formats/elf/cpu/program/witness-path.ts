/** How a function was first reached: from which other, or from none (`from` < 0) as a root. */
interface FirstStep {
  readonly from: number
  readonly how: string
}

/** Functions of a path that are named; of a longer one the first and the last of these. */
const LONGEST = 20
const FIRST = 6

/**
 * From a root to function `index`, as a reader checks it: names, and beside them how one came there where nothing calls it directly. What a
 * long path leaves out in its middle, it says.
 */
export function witnessPath(index: number, stepTo: (index: number) => FirstStep | undefined, nameOf: (index: number) => string): string[] {
  const path: string[] = []
  for (let at = index; ; ) {
    const step = stepTo(at)
    path.push(nameOf(at) + (step === undefined ? ' (root)' : step.how === 'call' ? '' : ` (${step.how})`))
    if (step === undefined || step.from < 0) break
    at = step.from
  }
  path.reverse()
  if (path.length > LONGEST) path.splice(FIRST, path.length - LONGEST, `… ${path.length - LONGEST} more …`)
  return path
}
