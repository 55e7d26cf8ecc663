import type { Budget } from '../config/budgets.ts'
import type { Config } from '../config/config.ts'
import type { Finding } from '../core/finding.ts'
import { globMatcher } from '../core/glob.ts'
import type { EncodedSizes, PackageReport } from '../core/report.ts'
import { underRules } from '../pipeline/check.ts'
import { formatBytes, plural } from '../reporters/units.ts'

interface Weighed {
  readonly path: string
  readonly sizes: EncodedSizes
}

/** Files that a message names. */
const most = 3

/** What of budgets is for the table of rules of a report. */
export const budgetHelp: Readonly<Record<string, string>> = {
  'budget/exceeded': 'The files of a pattern weigh more together than --max-size (maxSize in the configuration) allows.',
  'budget/not-measured': 'The compressed size that --max-size limits was not measured, so whether it holds is not known.',
  'budget/no-files': 'No file is of the pattern that --max-size names: it is misspelt, or holds nothing.',
}

/**
 * What is above the limits that were set, or cannot be held against them.
 *
 * @param files what is there, or was written
 * @param packages looked at by patterns that no file is of: their bytes are those of the files once more
 * @param variants folders of a build for several architectures: each of them is deployed by itself, and is held against
 * the limit by itself unless the pattern names one
 */
export function checkBudgets(files: readonly Weighed[], packages: readonly PackageReport[], { budgets, rules }: Config, variants: readonly string[] = []): Finding[] {
  const findings = budgets.flatMap((budget) => {
    const groups = weighedTogether(budget, files, packages, variants)
    return groups.length === 0 ? [noFiles(budget)] : groups.flatMap((group) => checkBudget(budget, group))
  })
  return underRules(findings, rules)
}

/** The files of a pattern, in as many groups as are deployed by themselves. None is empty. */
function weighedTogether({ pattern }: Budget, files: readonly Weighed[], packages: readonly PackageReport[], variants: readonly string[]): readonly (readonly Weighed[])[] {
  const matches = globMatcher(pattern)
  const within = variants.map((variant) => files.filter(({ path }) => path.startsWith(`${variant}/`) && matches(path.slice(variant.length + 1))))
  const ofOne = variants.some((variant) => pattern.startsWith(`${variant}/`))
  const packed = packages.filter(({ path }) => matches(path))
  const candidates = [
    ofOne ? [] : within,
    [files.filter(({ path }) => matches(path))],
    [...new Set(packed.map(({ architecture }) => architecture))].map((asked) =>
      packed.filter(({ architecture }) => architecture === asked).map(({ path, size }) => ({ path, sizes: { raw: size, gzip: null, brotli: null } })),
    ),
  ]
  return candidates.map((groups) => groups.filter((group) => group.length > 0)).find((groups) => groups.length > 0) ?? []
}

function noFiles({ pattern, measure, limit }: Budget): Finding {
  return {
    ruleId: 'budget/no-files',
    severity: 'warning',
    message: `no file is of the pattern ${pattern}, whose size is limited`,
    advice: 'Patterns are of paths as the report shows them: * within a name, ** across folders.',
    data: { pattern, measure, limit },
  }
}

function checkBudget({ pattern, measure, limit }: Budget, files: readonly Weighed[]): Finding[] {
  const data = { pattern, measure, limit }
  const size = (file: Weighed): number => file.sizes[measure] ?? 0
  const sorted = [...files].sort((a, b) => size(b) - size(a))
  const sum = files.reduce((total, file) => total + size(file), 0)
  const location = { path: sorted[0]!.path }
  if (sum > limit) {
    const named = sorted.slice(0, most).map((file) => `${file.path} ${formatBytes(file.sizes[measure])}`).join(', ')
    const more = files.length > most ? ` and ${files.length - most} more` : ''
    const unit = measure === 'raw' ? '' : ` ${measure}`
    return [
      {
        ruleId: 'budget/exceeded',
        severity: 'error',
        message: `${pattern}: ${plural(files.length, 'file')}, ${formatBytes(sum)}${unit}, ${formatBytes(sum - limit)} above the limit of ${formatBytes(limit)}: ${named}${more}`,
        data: { ...data, size: sum, over: sum - limit, files: sorted.map(({ path }) => path) },
        location,
      },
    ]
  }
  const unknown = files.filter((file) => file.sizes[measure] === null).map(({ path }) => path)
  if (unknown.length === 0) return []
  return [
    {
      ruleId: 'budget/not-measured',
      severity: 'error',
      message: `${pattern}: ${measure} of ${unknown[0]}${unknown.length > 1 ? ` and ${unknown.length - 1} more` : ''} was not measured: whether the limit of ${formatBytes(limit)} holds is not known`,
      advice: '--compressed-sizes all measures every file.',
      data: { ...data, files: unknown },
      location: { path: unknown[0]! },
    },
  ]
}
