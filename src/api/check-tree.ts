import type { Config } from '../config/config.ts'
import type { Context } from '../core/context.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import { toDiagnostic } from '../core/errors.ts'
import type { Finding } from '../core/finding.ts'
import type { ArtifactReport } from '../core/report.ts'
import type { TreeRule, TreeView } from '../core/tree.ts'
import { fileHost } from '../node/file-host.ts'
import { withSeverity } from '../pipeline/check.ts'
import { treeRules } from '../tree/index.ts'
import { type Input, inputOf } from './open-input.ts'

export interface CheckedTree {
  readonly findings: readonly Finding[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What the rules find that look at more than one file. Each rule that fails is reported; the others go on. */
export async function checkTree(
  inputs: readonly Input[],
  artifacts: readonly ArtifactReport[],
  config: Config,
  signal: AbortSignal,
): Promise<CheckedTree> {
  const files = inputs.flatMap((input) => input.files.map((file) => ({ ...file, path: input.prefix + file.path })))
  const readFile = async (path: string): Promise<Uint8Array | undefined> => {
    const input = inputOf(inputs, path)
    return input === undefined ? undefined : fileHost(input.root, null, signal).readFile(path.slice(input.prefix.length))
  }
  return applyRules(treeRules, { files, artifacts, architectures: config.architectures }, readFile, config, signal)
}

/** The same of files in memory, which are a part of what is deployed: what a bundler writes. */
export async function checkPart(
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  artifacts: readonly ArtifactReport[],
  config: Config,
  signal: AbortSignal,
): Promise<CheckedTree> {
  const tree = { files: files.map(({ path, bytes }) => ({ path, size: bytes.byteLength, mode: 0o644 })), artifacts, architectures: config.architectures }
  const readFile = async (path: string): Promise<Uint8Array | undefined> => files.find((file) => file.path === path)?.bytes
  return applyRules(treeRules.filter(({ ofParts }) => ofParts === true), tree, readFile, config, signal)
}

async function applyRules(rules: readonly TreeRule[], tree: TreeView, readFile: Context['readFile'], config: Config, signal: AbortSignal): Promise<CheckedTree> {
  const findings: Finding[] = []
  const diagnostics: Diagnostic[] = []
  const context: Context = { signal, report: (diagnostic) => diagnostics.push(diagnostic), readFile }
  for (const rule of rules) {
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
