import type { Report } from '../core/report.ts'
import { formats } from '../formats/index.ts'
import { treeRules } from '../tree/index.ts'
import { budgetHelp } from './check-budgets.ts'

/** What the rules that found something look for, and why that matters, by rule id. */
export async function ruleHelp(report: Report): Promise<Readonly<Record<string, string>>> {
  const used = new Set(report.artifacts.flatMap(({ findings }) => findings.map(({ ruleId }) => ruleId.slice(0, ruleId.indexOf('/')))))
  const loaded = await Promise.all(formats.filter(({ id }) => used.has(id)).map((format) => format.load()))
  const rules = Object.fromEntries([...loaded.flatMap(({ rules }) => rules), ...treeRules].map(({ id, help }) => [id, help]))
  return { ...rules, ...budgetHelp }
}
