import type { Comparison, ComparedFinding, FindingChange } from '../core/report.ts'
import { plural } from './units.ts'

/** Findings that are told, of one file. */
const maxFindings = 5

/** Characters of one. */
const maxText = 240

const worstFirst: readonly ComparedFinding['severity'][] = ['error', 'warning', 'info']

/** `2 new findings, 1 gone`; empty where nothing of the kind has changed. */
export function findingSummary({ findings }: Comparison): string {
  const count = (is: (change: FindingChange) => boolean): number => findings.filter(is).length
  const [fresh, other, gone] = [count(({ before }) => before === null), count(({ before, after }) => before !== null && after !== null), count(({ after }) => after === null)]
  return [...(fresh === 0 ? [] : [plural(fresh, 'new finding')]), ...(other === 0 ? [] : [`${plural(other, 'finding')} changed`]), ...(gone === 0 ? [] : [`${plural(gone, 'finding')} gone`])].join(', ')
}

/** What is found newly or in other words, the worst first, then what is no longer. */
export function findingLines(changes: readonly FindingChange[]): string[] {
  const rank = ({ before, after }: FindingChange): number => (after === null ? worstFirst.length : 0) + worstFirst.indexOf((after ?? before)!.severity)
  const lines = [...changes]
    .sort((a, b) => rank(a) - rank(b))
    .map(({ before, after }) => (after === null ? `no longer: ${told(before!)}` : `${before === null ? 'new' : 'changed'}: ${told(after)}${before === null ? '' : ` (before: ${cut(before.message)})`}`))
  return lines.length > maxFindings ? [...lines.slice(0, maxFindings), `and ${plural(lines.length - maxFindings, 'more finding')} of the kind (--json lists them)`] : lines
}

/** What is found no longer, with its file. */
export function goneLines({ findings }: Comparison): string[] {
  const gone = findings.flatMap(({ artifact, before, after }) => (after === null ? [`no longer: ${artifact === '.' ? '' : `${cut(artifact)}: `}${told(before!)}`] : []))
  return gone.length > maxFindings ? [...gone.slice(0, maxFindings), `and ${gone.length - maxFindings} more`] : gone
}

function told({ ruleId, severity, message }: ComparedFinding): string {
  return `${severity} ${ruleId}: ${cut(message)}`
}

function cut(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText - 1)}…` : text
}
