import type { Config } from '../config/config.ts'
import type { Context } from '../core/context.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import { toDiagnostic } from '../core/errors.ts'
import type { Finding } from '../core/finding.ts'
import type { ArtifactReport } from '../core/report.ts'
import { fileHost } from '../node/file-host.ts'
import { withSeverity } from '../pipeline/check.ts'
import { treeRules } from '../tree/index.ts'
import { type Input, inputOf } from './open-input.ts'

/** What the rules find that look at more than one file. Each rule that fails is reported; the others go on. */
export async function checkTree(
  inputs: readonly Input[],
  artifacts: readonly ArtifactReport[],
  config: Config,
  signal: AbortSignal,
): Promise<{ readonly findings: readonly Finding[]; readonly diagnostics: readonly Diagnostic[] }> {
  const findings: Finding[] = []
  const diagnostics: Diagnostic[] = []
  const context: Context = {
    signal,
    report: (diagnostic) => diagnostics.push(diagnostic),
    async readFile(path) {
      const input = inputOf(inputs, path)
      if (input === undefined) return undefined
      return fileHost(input.root, null, signal).readFile(path.slice(input.prefix.length))
    },
  }
  const files = inputs.flatMap((input) => input.files.map((file) => ({ ...file, path: input.prefix + file.path })))
  const tree = { files, artifacts, architectures: config.architectures }
  for (const rule of treeRules) {
    if (config.rules[rule.id] === 'off') continue
    try {
      for (const found of await rule.check(tree, context)) {
        findings.push(withSeverity({ ...found, ruleId: rule.id }, config.rules))
      }
    } catch (error) {
      signal.throwIfAborted()
      diagnostics.push(toDiagnostic(error, rule.id))
    }
  }
  return { findings, diagnostics }
}
