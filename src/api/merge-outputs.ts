import type { OutputReport } from '../core/report.ts'

/**
 * One entry a path. A companion (the source map of a minified bundle) replaces the entry of the input file that it was
 * written over, and takes that file's sizes as its own before.
 */
export function mergeOutputs(outputs: readonly OutputReport[]): OutputReport[] {
  const byPath = new Map<string, OutputReport>()
  for (const output of outputs) {
    const other = byPath.get(output.path)
    if (other === undefined) byPath.set(output.path, output)
    else if (output.from !== undefined) byPath.set(output.path, { ...output, before: other.before })
    else byPath.set(output.path, { ...other, before: output.before })
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}
