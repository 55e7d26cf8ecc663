import { createHash } from 'node:crypto'
import { diagnosticCodes } from '../core/diagnostic-codes.ts'
import type { Severity } from '../core/diagnostic.ts'
import type { JsonValue } from '../core/json.ts'
import type { Location } from '../core/location.ts'
import type { Report } from '../core/report.ts'
import { type Alert, alertsOf } from './alerts.ts'
import { printable, printableLines } from './printable.ts'
import { inRepository, type PlaceInRepository, sameInRepository } from './repository-place.ts'

export interface SarifOptions {
  /** What rules look for and why that matters, by rule id. Codes of diagnostics need not be in it. */
  readonly ruleHelp: Readonly<Record<string, string>>
  /** Targets were named. What fails on others, which were judged unasked, is no alert. */
  readonly targetsAsked: boolean
  /** What the command ends with. */
  readonly exitCode: number
  /** Where files are in the repository, which is what code scanning shows alerts by; left out, they are where the input is. */
  readonly placeOf?: PlaceInRepository | undefined
}

type Level = 'error' | 'warning' | 'note'

type Sarif = { readonly [key: string]: JsonValue }

const levels: Readonly<Record<Severity, Level>> = { error: 'error', warning: 'warning', info: 'note' }

/** `target/…` are no rules: they say what the portability table says. */
const verdictHelp: Readonly<Record<string, string>> = {
  'target/fails': 'The artifact requires something that the deployment target does not provide.',
  'target/unknown': 'Whether the artifact runs on the deployment target could not be told.',
}

/** The report as SARIF 2.1.0 (OASIS), for code scanning. Findings that a build has mended are no alerts. */
export function sarifLog(report: Report, options: SarifOptions): string {
  const alerts = alertsOf(report, options.targetsAsked)
  const ruleIds = [...new Set(alerts.map(({ ruleId }) => ruleId))].sort()
  const seen = new Map<string, number>()
  const log: Sarif = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: report.tool.name, version: report.tool.version, rules: ruleIds.map((id) => rule(id, options.ruleHelp)) },
        },
        // keeps the alerts of `analyze` and of `build` apart where one commit has both
        automationDetails: { id: `${report.tool.name}/${report.command}/` },
        invocations: [{ executionSuccessful: options.exitCode < 2, exitCode: options.exitCode }],
        originalUriBaseIds: { [baseOf(options)]: { description: { text: options.placeOf === undefined ? 'The folder, archive or file that was given' : 'The root of the repository' } } },
        columnKind: 'utf16CodeUnits',
        results: alerts.map((alert) => result(alert, ruleIds.indexOf(alert.ruleId), seen, options)),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function rule(id: string, ruleHelp: Readonly<Record<string, string>>): Sarif {
  const code = Object.hasOwn(diagnosticCodes, id) ? diagnosticCodes[id as keyof typeof diagnosticCodes] : undefined
  // `elf/not-stripped` → `not stripped`
  const title = code?.title ?? id.slice(id.indexOf('/') + 1).replaceAll('-', ' ')
  const help = ruleHelp[id] ?? code?.help ?? verdictHelp[id] ?? title
  return { id, shortDescription: { text: title }, fullDescription: { text: help }, help: { text: help } }
}

function result({ ruleId, severity, message, advice, location, properties }: Alert, ruleIndex: number, seen: Map<string, number>, options: SarifOptions): Sarif {
  const place = inRepository(location, options.placeOf ?? sameInRepository)
  const said = printable(place.inside === undefined ? message : `${place.inside}: ${message}`)
  return {
    ruleId,
    ruleIndex,
    level: levels[severity],
    message: { text: advice === undefined ? said : `${said}\n→ ${printableLines(advice)}` },
    locations: [{ physicalLocation: { artifactLocation: artifactLocation(place.location.path, baseOf(options)), ...region(place.location) } }],
    partialFingerprints: { primaryLocationLineHash: fingerprint(ruleId, location, message, seen) },
    ...(properties === undefined || Object.keys(properties).length === 0 ? {} : { properties }),
  }
}

/** Code scanning refuses results without a place: what is about the tree as a whole is at its root. */
function artifactLocation(path: string, uriBaseId: string): Sarif {
  if (path === '') return { uri: './', uriBaseId }
  const uri = path.split('/').map(uriSegment).join('/')
  return path.startsWith('/') ? { uri: `file://${uri}` } : { uri, uriBaseId }
}

/** The second is what SARIF’s own examples, and code scanning, call it. */
function baseOf({ placeOf }: SarifOptions): string {
  return placeOf === undefined ? 'INPUT' : '%SRCROOT%'
}

/** Halves of surrogate pairs have no UTF-8, and with them encodeURIComponent throws. */
function uriSegment(name: string): string {
  return encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\ufffd'))
}

/** Lines and columns are 1-based in both; binary files have bytes. */
function region(location: Location): Sarif {
  const { offset, line, column } = location
  if (line !== undefined && line >= 1) return { region: { startLine: line, ...(column === undefined || column < 1 ? {} : { startColumn: column }) } }
  return offset === undefined || offset < 0 ? {} : { region: { byteOffset: offset } }
}

/**
 * The same for the same alert of another build, so that it is not announced anew: figures and places, which change with
 * every build, are left out, and equals are numbered. Under the name, and in the form, that code scanning reads.
 */
function fingerprint(ruleId: string, location: Location | undefined, message: string, seen: Map<string, number>): string {
  const lasting = message.replace(/0x[\da-f]+|\d+(?:\.\d+)*/gi, '#')
  const hash = createHash('sha256').update([ruleId, location?.path ?? '', lasting].join('\0')).digest('hex').slice(0, 16)
  const count = (seen.get(hash) ?? 0) + 1
  seen.set(hash, count)
  return `${hash}:${count}`
}
