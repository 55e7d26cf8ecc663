import type { Paint } from './paint.ts'
import { type Cell, renderTable } from './table.ts'

/** A target as a row of the listing. */
export interface TargetRow {
  readonly id: string
  readonly title: string
  readonly family: string
  readonly architectures: string
  readonly libc: string
  readonly engine: string
}

/** One fact of a target, as text. */
export interface FactRow {
  readonly name: string
  readonly value: string
  readonly confidence: string
  readonly date: string
  readonly source: string
  /** More than a year old. */
  readonly old: boolean
}

/** Characters of a value on one line. */
const valueWidth = 60

/** All targets, a table for each family. */
export function targetList(rows: readonly TargetRow[], examples: readonly string[], paint: Paint): string {
  const families = [...new Set(rows.map((row) => row.family))]
  const blocks = families.map((family) => {
    const head = ['target', 'architectures', 'C library', 'runs'].map((text): Cell => ({ text, paint: paint.dim }))
    const body = rows
      .filter((row) => row.family === family)
      .map((row) => [row.id, row.architectures, row.libc, row.engine])
    return [paint.bold(family), ...renderTable([head, ...body])]
  })
  blocks.push([paint.bold('read from the name'), ...examples.map((id) => `  ${id}`)])
  blocks.push([`${paint.dim('ID@arm64 is one architecture of a target;')} shrink targets ID ${paint.dim('shows where each fact is from.')}`])
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** One target: every fact with how it is known. */
export function targetDetails(
  target: { readonly id: string; readonly title: string; readonly notes: readonly string[] },
  facts: readonly FactRow[],
  paint: Paint,
): string {
  const sources = [...new Set(facts.map((fact) => fact.source))]
  const rows = facts.flatMap((fact): (Cell | string)[][] => {
    const [first, ...more] = foldList(fact.value)
    return [
      [
        fact.name,
        first!,
        { text: fact.confidence, paint: fact.confidence === 'unverified' ? paint.yellow : paint.dim },
        { text: fact.old ? `${fact.date} (old)` : fact.date, paint: fact.old ? paint.yellow : paint.dim },
        { text: `[${sources.indexOf(fact.source) + 1}]`, paint: paint.dim },
      ],
      ...more.map((line) => ['', line]),
    ]
  })
  const lines = [`${paint.bold(target.id)}  ${target.title}`, ...renderTable(rows)]
  for (const note of target.notes) lines.push(`  ${note}`)
  for (const [index, source] of sources.entries()) lines.push(`  ${paint.dim(`[${index + 1}]`)} ${source}`)
  return `${lines.join('\n')}\n`
}

/** A list with commas as lines of at most `valueWidth` characters, so that what stands beside it is still in sight. */
function foldList(value: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const item of value.split(/(?<=, )/)) {
    if (line !== '' && line.length + item.trimEnd().length > valueWidth) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += item
  }
  return [...lines, line]
}
