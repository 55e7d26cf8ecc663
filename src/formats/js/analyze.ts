import type { Analysis, AnalyzeSettings } from '../../core/analysis.ts'
import type { Artifact } from '../../core/artifact.ts'
import type { Context } from '../../core/context.ts'
import { LimitError, MalformedError } from '../../core/errors.ts'
import { readComposition } from './composition/read-composition.ts'
import { textParts } from './composition/text-parts.ts'
import type { JsDetail } from './detail.ts'
import { measureSavings } from './measure-savings.ts'
import { propertiesOf } from './properties.ts'
import { directivesOf } from './read/directives.ts'
import { exportedNames } from './read/exported-names.ts'
import { moduleKindOf } from './read/module-kind.ts'
import { type ParsedScript, parseScript } from './read/parse-script.ts'
import { findSourceMap } from './read/source-map.ts'
import { surveyScript } from './read/survey-script.ts'
import { editions } from './read/syntax-features.ts'
import { requirementsOf, syntaxLevel } from './requirements.ts'
import { readScopes } from './scope/read-scopes.ts'

/** A tree takes some fifty times the memory of its text: this is 3 GiB of it. */
const MOST_BYTES = 64 * 2 ** 20

/** @throws ScriptSyntaxError, MalformedError (not UTF-8), LimitError */
export async function analyze(
  artifact: Artifact,
  settings: AnalyzeSettings,
  context: Context,
): Promise<Analysis<JsDetail>> {
  const { path, bytes } = artifact
  if (bytes.byteLength > MOST_BYTES) throw new LimitError(`a script of more than ${MOST_BYTES / 2 ** 20} MiB is not read`)
  const text = decodeUtf8(bytes)
  const script = await parseScript(path, text)
  const { visitorKeys } = await import('oxc-parser')
  const scopes = await readScopes(script.program, { freezeTop: true })
  const survey = surveyScript(script, scopes, visitorKeys)
  const moduleKind = await moduleKindOf(path, script, survey, context)
  const sourceMap = await findSourceMap(path, text, context)
  const shallow = settings.shallow === true
  const composition = shallow ? undefined : await readComposition(path, bytes.byteLength, script, sourceMap, context)
  const detail: JsDetail = {
    script,
    scopes,
    survey,
    moduleKind,
    level: syntaxLevel(survey, editions),
    sourceMap,
    composition,
    savings: shallow || settings.optimizing === true ? undefined : await measureSavings(bytes, script, moduleKind, scopes, sourceMap),
    exports: await exportedNames(script, moduleKind, path),
    imports: importsOf(script),
    directives: directivesOf(script),
  }
  return {
    format: 'js',
    path,
    byteLength: bytes.byteLength,
    architecture: null,
    sizes:
      (settings.by === 'module' ? composition?.modules : composition?.packages) ??
      textParts(bytes.byteLength, script, survey, sourceMap),
    properties: propertiesOf(path, detail),
    requirements: requirementsOf(script, survey, moduleKind),
    detail,
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new MalformedError('the text is not UTF-8', { offset: firstInvalidByte(bytes), cause: error })
  }
}

/** The length of the longest prefix that decodes, found by halving. */
function firstInvalidByte(bytes: Uint8Array): number {
  let low = 0
  let high = bytes.byteLength
  while (low < high) {
    const middle = (low + high + 1) >> 1
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true })
      low = middle
    } catch {
      high = middle - 1
    }
  }
  return low
}

/** Specifiers, and what is said with them: `./a.json with {type:"json"}` is another module than `./a.json`. */
function importsOf({ program }: ParsedScript): string[] {
  const imports = new Set<string>()
  for (const statement of program.body) {
    if (!('source' in statement) || statement.source === null) continue
    const said = statement.attributes
      .map(({ key, value }) => `${key.type === 'Identifier' ? key.name : key.value}:${JSON.stringify(value.value)}`)
      .sort()
    imports.add(statement.source.value + (said.length === 0 ? '' : ` with {${said.join(',')}}`))
  }
  return [...imports].sort()
}
