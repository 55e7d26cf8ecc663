import { gzipSize, measuredSize } from '../../bytes/encoded-size.ts'
import { ShrinkError } from '../../core/errors.ts'
import type { ModuleKind, Savings } from './detail.ts'
import { ChainRunner } from './minify/chain-runner.ts'
import { uncheckedResult } from './minify/chains.ts'
import type { ParsedScript } from './read/parse-script.ts'
import type { FoundSourceMap } from './read/source-map.ts'
import type { Scopes } from './scope/scopes.ts'

/** Longer texts are not minified for the sake of a figure. */
const LIMIT = 8 * 1024 * 1024
/** What smaller files could save is not worth the time in a tree of thousands. */
const SMALL = 16 * 1024
/** A text with less white space between its tokens, and few comments, has been minified. */
const MINIFIED_SHARE = 0.06

/**
 * Minifies code that does not look minified, and measures what goes.
 *
 * @param bytes the file, whose size as sent is asked for later, too
 */
export async function measureSavings(
  bytes: Uint8Array,
  script: ParsedScript,
  kind: ModuleKind,
  scopes: Scopes,
  sourceMap: FoundSourceMap | undefined,
): Promise<Savings | undefined> {
  const code = sourceMap === undefined ? script.text : script.text.slice(0, sourceMap.start) + script.text.slice(sourceMap.end)
  if (code.length > LIMIT || code.length < SMALL || looksMinified(script)) return undefined
  try {
    const runner = new ChainRunner(code.replace(/^\ufeff?#![^\n]*/, ''), {
      level: 'fast',
      measure: 'raw',
      goal: kind === 'esm' ? 'module' : kind,
      target: 'es2015',
      ...(scopes.textTaken.length > 0 ? { keepText: scopes.textNames } : {}),
    })
    const short = await uncheckedResult(runner)
    if (short === undefined) return undefined
    const [before, after] = [sourceMap === undefined ? bytes : Buffer.from(code), Buffer.from(short.code)]
    if (after.byteLength >= before.byteLength) return undefined
    const gzipBefore = measuredSize(before, 'gzip')
    return {
      raw: before.byteLength - after.byteLength,
      gzip: gzipBefore - gzipSize(after),
      rawBefore: before.byteLength,
      gzipBefore,
    }
  } catch (error) {
    if (error instanceof ShrinkError) return undefined
    throw error
  }
}

function looksMinified({ text, comments }: ParsedScript): boolean {
  let blank = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 32 || unit === 10 || unit === 9 || unit === 13) blank++
  }
  for (const { start, end } of comments) blank += end - start
  return blank / text.length < MINIFIED_SHARE
}
