import type { Analysis } from '../core/analysis.ts'
import type { Finding } from '../core/finding.ts'
import type { Rule } from '../core/format.ts'
import type { RuleSeverities } from './job.ts'

/** What the rules find, in the order of the rules, with the severities that the configuration sets. */
export function check(analysis: Analysis, rules: readonly Rule[], severities: RuleSeverities): Finding[] {
  const findings: Finding[] = []
  for (const rule of rules) {
    if (severities[rule.id] === 'off') continue
    for (const found of rule.check(analysis)) findings.push(withSeverity({ ...found, ruleId: rule.id }, severities))
  }
  return findings
}

/** Findings without those of rules that the configuration turns off, with the severities that it sets. */
export function underRules(findings: readonly Finding[], severities: RuleSeverities): Finding[] {
  return findings.filter(({ ruleId }) => severities[ruleId] !== 'off').map((finding) => withSeverity(finding, severities))
}

/** The finding with the severity that the configuration gives its rule. */
export function withSeverity(finding: Finding, severities: RuleSeverities): Finding {
  const severity = severities[finding.ruleId]
  return severity === undefined || severity === 'off' ? finding : { ...finding, severity }
}
