import type { Config } from '../config/config.ts'
import { ConfigError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import type { Report } from '../core/report.ts'
import { formats } from '../formats/index.ts'
import { treeRules } from '../tree/index.ts'
import { budgetHelp } from './check-budgets.ts'
import { asarHelp } from './open-asars.ts'
import { sidesHelp } from './sides.ts'

/** What is found by none of the rules that are listed, but on the way. */
const alongTheWay: Readonly<Record<string, string>> = {
  ...budgetHelp,
  ...sidesHelp,
  ...asarHelp,
  'bundle/package-cost': 'What a package costs in the bundle, measured by building it without it, and why it is kept.',
  'bundle/no-side-effects-flag':
    'A package does not say in its package.json that its modules have no side effects (`sideEffects: false`), so that bundlers keep modules of which nothing is used.',
  'bundle/resolution-condition': 'Another of the builds that packages publish (package.json `exports`, `module`) makes a smaller bundle.',
  'native/unavailable': 'A package with native code has no build for the platform that is built for: the application would not start there.',
  'package/limit': 'A package is larger than a target that was named takes: it would be refused when it is deployed.',
}

/** Of these the severity is not the user's to set: nothing comes of a build that ends with one. */
const fixed: ReadonlySet<string> = new Set(['native/unavailable'])

/** @throws ConfigError for a rule that does not exist: misspelt, it would be passed over */
export async function refuseUnknownRules(rules: Config['rules']): Promise<void> {
  const asked = Object.keys(rules)
  if (asked.length === 0) return
  const loaded = await Promise.all(formats.map((format) => format.load()))
  const known = [...loaded.flatMap((format) => format.rules), ...treeRules].map(({ id }) => id).concat(Object.keys(alongTheWay)).filter((id) => !fixed.has(id))
  for (const rule of asked) {
    if (known.includes(rule)) continue
    const near = nearest(rule, known)
    const area = rule.slice(0, rule.indexOf('/') + 1)
    const ofArea = known.filter((id) => area !== '' && id.startsWith(area)).sort()
    throw new ConfigError(`rules: ${rule}: no such rule`, near !== undefined ? `Did you mean \`${near}\`?` : ofArea.length > 0 ? `Known: ${ofArea.join(', ')}` : 'Rules are named as the report names them: `elf/not-stripped`.')
  }
}

/** What the rules that found something look for, and why that matters, by rule id. */
export async function ruleHelp(report: Report): Promise<Readonly<Record<string, string>>> {
  const used = new Set(report.artifacts.flatMap(({ findings }) => findings.map(({ ruleId }) => ruleId.slice(0, ruleId.indexOf('/')))))
  const loaded = await Promise.all(formats.filter(({ id }) => used.has(id)).map((format) => format.load()))
  const rules = Object.fromEntries([...loaded.flatMap(({ rules }) => rules), ...treeRules].map(({ id, help }) => [id, help]))
  return { ...rules, ...alongTheWay }
}
