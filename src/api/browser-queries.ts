import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Diagnostic } from '../core/diagnostic.ts'
import { UsageError } from '../core/errors.ts'

/** `browserslist`, which reads the project's own configuration, or `browserslist:QUERY`. */
const pattern = /^browserslist(?::(.+))?$/s

/** Names of browserslist by the engine whose versions they carry. */
const engines: Readonly<Record<string, string>> = {
  chrome: 'chrome',
  and_chr: 'chrome',
  android: 'chrome',
  edge: 'edge',
  firefox: 'firefox',
  and_ff: 'firefox',
  safari: 'safari',
  ios_saf: 'safari',
  node: 'node',
}

export interface ExpandedTargets {
  readonly targets: readonly string[]
  /** Browsers that the queries name and that are not judged. */
  readonly notes: readonly Diagnostic[]
}

/**
 * Puts targets in place of browserslist queries: the oldest version of each engine, which the newer ones are no worse
 * than. The package comes from the user's project: its data is as new there as that of the tools beside it.
 *
 * @throws UsageError when browserslist is not installed, or does not understand a query
 */
export async function expandBrowserQueries(targets: readonly string[], cwd: string): Promise<ExpandedTargets> {
  if (!targets.some((target) => pattern.test(target))) return { targets, notes: [] }
  const expanded: string[] = []
  const others = new Set<string>()
  for (const target of targets) {
    const match = pattern.exec(target)
    if (match === null) {
      expanded.push(target)
      continue
    }
    const oldest = new Map<string, string>()
    for (const browser of await askBrowserslist(match[1]?.trim() ?? null, cwd)) {
      const [name, range] = browser.split(' ') as [string, string]
      const engine = engines[name]
      const version = range.split('-')[0]!
      if (engine === undefined || !/^\d/.test(version)) others.add(browser)
      else if (isOlder(version, oldest.get(engine))) oldest.set(engine, version)
    }
    expanded.push(...[...oldest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([engine, version]) => engine + version))
  }
  return { targets: [...new Set(expanded)], notes: others.size === 0 ? [] : [notJudged([...others].sort())] }
}

type Browserslist = (query: string | null, options: { readonly path: string }) => readonly string[]

async function askBrowserslist(query: string | null, cwd: string): Promise<readonly string[]> {
  const find = createRequire(join(cwd, 'package.json'))
  let ask: Browserslist
  try {
    ask = find('browserslist') as Browserslist
  } catch {
    throw new UsageError('browserslist is not installed in this project', 'Run `npm install --save-dev browserslist`, or name browsers by version: chrome109, safari16.4.')
  }
  try {
    return ask(query, { path: cwd })
  } catch (error) {
    throw new UsageError(`browserslist: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function isOlder(version: string, than: string | undefined): boolean {
  if (than === undefined) return true
  const [a, b] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]]
  const at = a.findIndex((part, index) => part !== (b[index] ?? 0))
  return at >= 0 && a[at]! < (b[at] ?? 0)
}

function notJudged(browsers: readonly string[]): Diagnostic {
  return { severity: 'info', code: 'target/not-judged', message: `not judged, as no data says what they run: ${browsers.join(', ')}` }
}
