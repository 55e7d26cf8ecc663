import { encodedMap, TraceMap } from '@jridgewell/trace-mapping'
import type { Analysis } from '../../../core/analysis.ts'
import type { Artifact, Companion } from '../../../core/artifact.ts'
import type { Context } from '../../../core/context.ts'
import { UnsupportedError } from '../../../core/errors.ts'
import type { Transform, TransformResult, TransformSettings } from '../../../core/transform.ts'
import type { JsDetail } from '../detail.ts'
import { legalComments } from '../minify/legal-comments.ts'
import { minifyScript } from '../minify/minify-script.ts'
import { directivesOf } from '../read/directives.ts'
import { keptNames } from '../read/name-reads.ts'
import { exportedNames } from '../read/exported-names.ts'
import { type ParsedScript, type ParseGoal, parseScript } from '../read/parse-script.ts'
import { shrinkInlineWasm } from './inline-wasm.ts'
import { keepExportNames } from './keep-export-names.ts'
import { minifySettings } from './minify-settings.ts'
import { shiftMap } from './text-edits.ts'

/** Chains of minifiers, and names that compress. The source map is composed through every step. */
export const minify: Transform<JsDetail> = {
  id: 'js/minify',
  title: 'Minify JavaScript',
  safety: 'lossless',
  applies: (analysis, settings) => analysis.byteLength > 0 && minifySettings(settings.options).minify,
  apply: minifyArtifact,
}

async function minifyArtifact(
  artifact: Artifact,
  analysis: Analysis<JsDetail>,
  settings: TransformSettings,
  context: Context,
): Promise<TransformResult> {
  const options = minifySettings(settings.options)
  if (isValue(analysis.detail.script)) {
    const message = 'the script is a function that does nothing by itself: who loads it takes its value, and every minifier would drop it'
    context.report({ severity: 'info', code: 'transform/skipped', message, location: { path: artifact.path } })
    return { artifact, changes: [] }
  }
  const { script, survey, sourceMap, moduleKind, level, scopes, exports } = analysis.detail
  const name = artifact.path.split('/').at(-1)!
  const wantsMap = options.sourceMap === 'auto' && sourceMap?.map !== undefined
  const nested = await shrinkInlineWasm(artifact.path, script.text, wantsMap ? sourceMap.map : undefined, settings.measure, context)
  const { hashbang, body } = splitHashbang(nested.text)
  const goal = moduleKind === 'esm' ? 'module' : moduleKind
  const result = await minifyScript(body, {
    level: settings.level,
    measure: settings.measure,
    goal,
    target: options.target ?? level,
    // a file of a package: what others read of it, names of functions and classes among it, nobody knows
    keepNames: options.keepNames || inPackage(artifact.path) || keptNames(survey.nameReads),
    ...(scopes.textTaken.length > 0 ? { keepText: scopes.textNames } : {}),
    rename: options.rename,
    effort: options.effort,
    ...(options.ownScope ? { topLevel: true } : {}),
    ...(wantsMap ? { sourceMap: { name, input: nested.map } } : {}),
    signal: context.signal,
  })
  for (const message of result.refused) {
    context.report({ severity: 'info', code: 'transform/skipped', message, location: { path: artifact.path } })
  }

  const named =
    moduleKind === 'esm'
      ? { text: result.code, edits: [] }
      : await keepExportNames(result.code, exports, () => parseScript('output.js', result.code, goal))
  const companions: Companion[] = []
  const prologue = hashbang + (await lostDirectives(analysis.detail.directives, named.text, goal))
  let text = prologue + named.text
  if (moduleKind === 'script' && exports.length === 0) {
    const lost = (await exportedNames(script, 'commonjs', artifact.path)).length
    if (lost > 0) {
      const message = `${lost} names that Node's import finds in this script by its spelling are not kept; import its default, or rename it to .cjs`
      context.report({ severity: 'info', code: 'transform/skipped', message, location: { path: artifact.path } })
    }
  }
  const comments = options.legalComments === 'none' ? [] : legalComments(script)
  if (comments.length > 0 && options.legalComments === 'keep') text = `${text}\n${comments.join('\n')}`
  if (comments.length > 0 && options.legalComments === 'collect') {
    const bytes = encode(`${comments.join('\n\n')}\n`)
    companions.push({ role: 'legal-comments', path: `${artifact.path}.LEGAL.txt`, bytes })
  }
  const debugId = debugIdOf(script)
  if (debugId !== undefined) text = `${text}\n//# debugId=${debugId}`
  if (result.map !== undefined) {
    const path = sourceMap?.path ?? `${artifact.path}.map`
    const folder = artifact.path.slice(0, -name.length)
    if (!path.startsWith(folder)) throw new UnsupportedError(`the source map ${path} is not below the folder of its script`)
    const map = named.edits.length === 0 ? result.map : encodedMap(shiftMap(new TraceMap(result.map), result.code, named.edits))
    const mappings = ';'.repeat(prologue.split('\n').length - 1) + map.mappings
    companions.push({ role: 'source-map', path, bytes: encode(JSON.stringify({ ...map, file: name, ...sourceMap?.debugIds, mappings })) })
    const url = sourceMap?.kind === 'hidden' ? sourceMap.url : encodeURI(path.slice(folder.length))
    if (url !== undefined) text = `${text}\n//# sourceMappingURL=${url}`
  }
  if (options.sourceMap === 'none' && sourceMap?.path !== undefined && sourceMap.map !== undefined) {
    const message = `its source map ${sourceMap.path} is copied as it is, and does not fit what is written: leave it out of what is deployed`
    context.report({ severity: 'info', code: 'transform/skipped', message, location: { path: artifact.path } })
  }
  const bytes = encode(text)
  const movedMap = result.map !== undefined && sourceMap?.kind === 'inline' ? `, the source map that was in the file is ${name}.map` : ''
  return {
    artifact: { path: artifact.path, bytes },
    companions,
    changes: [
      ...nested.changes,
      {
        transform: minify.id,
        what: `${result.race.length === 0 ? result.chain : `${result.chain} (${result.race.length} ${result.race.length === 1 ? 'result' : 'results'} measured)`}${movedMap}`,
        before: artifact.bytes.byteLength,
        after: bytes.byteLength,
        verifiedBy: [
          'parses',
          'same imports and exports',
          `syntax ${options.target ?? level} at most`,
          ...(result.chain.includes('rename') ? ['names α-equivalent'] : []),
          ...(result.map === undefined ? [] : ['source map composed']),
        ],
      },
    ],
  }
}

/** `(function (exports, require) { … })`: bun writes so (`@bun-cjs`), and what is loaded with `eval` or `node:vm` often is. */
function isValue({ goal, program }: ParsedScript): boolean {
  const statements = program.body.filter((statement) => !('directive' in statement && typeof statement.directive === 'string'))
  const [only] = statements
  if (goal === 'module' || statements.length !== 1 || only?.type !== 'ExpressionStatement') return false
  let { expression } = only
  while (expression.type === 'ParenthesizedExpression') ({ expression } = expression)
  return expression.type === 'FunctionExpression' || expression.type === 'ArrowFunctionExpression' || expression.type === 'ClassExpression'
}

/** What error trackers find the map of a script by, wherever it is kept: a comment that bundlers and uploaders write. */
function debugIdOf({ comments }: ParsedScript): string | undefined {
  for (const { value } of comments.toReversed()) {
    const found = /^[#@]\s*debugId=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*$/i.exec(value)
    if (found !== null) return found[1]
  }
  return undefined
}

function inPackage(path: string): boolean {
  return /(?:^|\/)node_modules\//.test(path)
}

/** Those that frameworks read (`use client`), which most minifiers drop: a line of their own. */
async function lostDirectives(directives: readonly string[], text: string, goal: ParseGoal): Promise<string> {
  const meant = directives.filter((directive) => directive !== 'use strict')
  if (meant.length === 0) return ''
  const kept = directivesOf(await parseScript('output.js', text, goal))
  const lost = meant.filter((directive) => !kept.includes(directive))
  const quoted = lost.map((directive) => (directive.includes('"') ? `'${directive}';` : `"${directive}";`))
  return quoted.length === 0 ? '' : `${quoted.join('')}\n`
}

/** The first line of a program that is run by name; the rest keeps its line numbers. */
function splitHashbang(text: string): { hashbang: string; body: string } {
  const start = text.startsWith('\ufeff') ? 1 : 0
  if (!text.startsWith('#!', start)) return { hashbang: '', body: text.slice(start) }
  const end = start + /[\n\r\u2028\u2029]|$/.exec(text.slice(start))!.index
  return { hashbang: `${text.slice(start, end)}\n`, body: text.slice(end) }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
