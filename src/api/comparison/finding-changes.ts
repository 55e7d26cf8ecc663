import type { ComparedFinding, FindingChange } from '../../core/report.ts'
import { type FilePair, withoutDigest } from './pair-files.ts'

/**
 * What is found newly or no longer, of files and of the tree as a whole (`.`). Findings are the same where the rule, the file and
 * the words are, whatever their figures and lines: those move with every build. Of what is left of a rule in a file, the first
 * before became the first now.
 */
export function findingChanges(pairs: readonly FilePair[], treeBefore: readonly ComparedFinding[], treeAfter: readonly ComparedFinding[]): readonly FindingChange[] {
  return [
    ...changesOf('.', treeBefore, treeAfter),
    ...pairs.flatMap(({ before, after }) => changesOf((after ?? before)!.path, before?.findings ?? [], after?.findings ?? [])),
  ]
}

function changesOf(artifact: string, before: readonly ComparedFinding[], after: readonly ComparedFinding[]): FindingChange[] {
  const [old, now] = unmatched(...unmatched(before, after, exactly), lastingly)
  const [gone, fresh] = [byRule(old), byRule(now)]
  return [...new Set([...fresh.keys(), ...gone.keys()])].flatMap((rule) => {
    const [from, to] = [gone.get(rule) ?? [], fresh.get(rule) ?? []]
    return Array.from({ length: Math.max(from.length, to.length) }, (_, index) => ({ artifact, before: compared(from[index]), after: compared(to[index]) }))
  })
}

/** Without what follows from it: advice, data. */
function compared(finding: ComparedFinding | undefined): ComparedFinding | null {
  if (finding === undefined) return null
  const { ruleId, severity, message, location } = finding
  return { ruleId, severity, message, ...(location === undefined ? {} : { location }) }
}

/** Each of one side takes one of the other that is equal; what found none is left, in its order. */
function unmatched(before: readonly ComparedFinding[], after: readonly ComparedFinding[], keyOf: (finding: ComparedFinding) => string): [ComparedFinding[], ComparedFinding[]] {
  const old = new Map<string, ComparedFinding[]>()
  for (const finding of before) {
    const same = old.get(keyOf(finding))
    if (same === undefined) old.set(keyOf(finding), [finding])
    else same.push(finding)
  }
  const matched = new Set<ComparedFinding>()
  const fresh = after.filter((finding) => {
    // from the end, which is as good and takes no time
    const same = old.get(keyOf(finding))?.pop()
    if (same !== undefined) matched.add(same)
    return same === undefined
  })
  return [before.filter((finding) => !matched.has(finding)), fresh]
}

function exactly({ ruleId, message, location }: ComparedFinding): string {
  return [ruleId, message, location?.line, location?.column, location?.offset].join('\0')
}

/** Figures that stand by themselves, with their unit; those within names (`avx2`, `libm.so.6`) tell names apart. */
const figure = /(?<![\w.])(?:0x[\da-f]+|\d+(?:[.,]\d+)*)(?![\w]|[.-]\w)(?: (?:B|[kMGT]i?B)\b)?/gi

/** Words that go with a figure: `1 file is left as it is`, `2 files are left as they are`. */
const singular: Readonly<Record<string, string>> = { are: 'is', have: 'has', they: 'it', them: 'it', their: 'its', do: 'does', were: 'was' }

function lastingly({ ruleId, message }: ComparedFinding): string {
  const words = message.replace(figure, '#').split(/([\s,:;()]+)/)
  const counts = words.includes('#')
  let sinceFigure = Infinity
  const key = words.map((word) => {
    sinceFigure = word === '#' ? 0 : sinceFigure + 1
    // what is between words is one of them here: the third word behind a figure is the sixth
    if (counts && sinceFigure <= 6 && /^[a-z]{3,}$/.test(word)) return singular[word] ?? word.replace(/s$/, '')
    return (counts ? singular[word] : undefined) ?? withoutDigest(word) ?? word
  })
  return [ruleId, ...key].join('\0')
}

function byRule(findings: readonly ComparedFinding[]): ReadonlyMap<string, readonly ComparedFinding[]> {
  const groups = new Map<string, ComparedFinding[]>()
  for (const finding of findings) {
    const group = groups.get(finding.ruleId)
    if (group === undefined) groups.set(finding.ruleId, [finding])
    else group.push(finding)
  }
  return groups
}
