import { ConfigError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import { type Reporter, reporters } from '../core/report.ts'

/** A report that is wanted, and where. */
export interface AskedReport {
  readonly reporter: Reporter
  /** As given: relative to the working directory. null: stdout. */
  readonly file: string | null
}

/** What a layer of the configuration says about reports; each key left out where it is silent. */
export interface ReportLayer {
  readonly from: string
  readonly reporter?: readonly string[]
  readonly json?: boolean
}

/**
 * The reports of a run: the files of the last layer that names any reporter, and what the last layer that says so prints.
 * stdout gets one report, the text when nothing else is asked for.
 *
 * @throws ConfigError for a reporter that is not known, and for two on stdout
 */
export function askedReports(layers: readonly ReportLayer[]): readonly AskedReport[] {
  let printed: Reporter = 'text'
  let files: readonly AskedReport[] = []
  for (const { from, reporter, json } of layers) {
    const asked = reporter?.map((text) => readReport(text, from)) ?? []
    if (reporter !== undefined) files = asked.filter(({ file }) => file !== null)
    const onStdout = [...new Set([...(json === true ? ['json' as const] : []), ...asked.flatMap((each) => (each.file === null ? [each.reporter] : []))])]
    if (onStdout.length > 1) {
      const named = onStdout.map((name) => (name === 'json' && json === true ? '--json' : `--reporter ${name}`))
      throw new ConfigError(`${from}: ${named.join(' and ')} would both be printed`, `Write one of them into a file: \`--reporter ${onStdout[1]}=FILE\`.`)
    }
    if (onStdout[0] !== undefined) printed = onStdout[0]
    else if (json === false && printed === 'json') printed = 'text'
  }
  const same = files.find(({ file }, index) => files.findIndex((other) => other.file === file) !== index)
  if (same !== undefined) throw new ConfigError(`reporter: two reports would be written into ${same.file}`, 'Give each a file of its own.')
  return [{ reporter: printed, file: null }, ...files]
}

function readReport(text: string, from: string): AskedReport {
  const at = text.indexOf('=')
  const name = at < 0 ? text : text.slice(0, at)
  const reporter = reporters.find((known) => known === name)
  if (reporter === undefined) {
    const near = nearest(name, reporters)
    throw new ConfigError(`${from}: reporter: \`${name}\` is none of ${reporters.join(', ')}`, near ? `Did you mean \`${near}\`?` : undefined)
  }
  if (at < 0) return { reporter, file: null }
  const file = text.slice(at + 1)
  if (file === '') throw new ConfigError(`${from}: reporter: \`${text}\` names no file`, `Written as REPORTER=FILE: \`${reporter}=report.${reporter}\`.`)
  return { reporter, file }
}
