import type { DecodedSourceMap, EncodedSourceMap } from '@jridgewell/remapping'
import { ShrinkError, UnsupportedError } from '../../../core/errors.ts'
import { type Edition, editionRank } from '../read/syntax-features.ts'
import { composeMaps } from './compose-maps.ts'
import { templatesToStrings } from './templates-to-strings.ts'
import type { KeptNames } from '../read/name-reads.ts'
import type { ParseGoal } from '../read/parse-script.ts'

/** What every minifier is told. None is told anything that its authors call unsafe. */
export interface MinifierInput {
  readonly code: string
  readonly goal: ParseGoal
  /** Newest syntax that the output may use. */
  readonly target: Edition
  readonly keepNames: KeptNames
  /** The names in functions whose text is read at run time, where there are such: bindings of these names keep them. */
  readonly keepText: readonly string[] | undefined
  /** Names declared at the top are nobody else's: they may be renamed and dropped. */
  readonly topLevel: boolean
  readonly sourceMap: boolean
}

export interface MinifierOutput {
  readonly code: string
  readonly map: EncodedSourceMap | DecodedSourceMap | undefined
}

export type MinifierName = 'esbuild' | 'swc' | 'oxc' | 'terser' | 'uglify-js'
export type Minifier = (input: MinifierInput) => Promise<MinifierOutput>

/** Name under which a step's input stands in its map; composing maps replaces it. */
export const STEP_SOURCE = 'input.js'

function keepsAny(kept: KeptNames): boolean {
  return kept === true || (kept !== false && kept.length > 0)
}

/** Bindings of these names are not renamed. */
function reservedNames({ keepNames, keepText = [] }: MinifierInput): string[] {
  return typeof keepNames === 'boolean' ? [...keepText] : [...keepNames, ...keepText]
}

/**
 * Names after the word `class`. Told to keep the names of classes, swc makes `let b = class A { … b … }` of a declaration,
 * and `b` cannot be read yet where a static field makes the class's first instance; left alone as bindings they stay as they are.
 */
function classNames(code: string): string[] {
  return [...new Set(Array.from(code.matchAll(/\bclass(?:\s|\/\*[^]*?\*\/|\/\/.*)+([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)/gu), (match) => match[1]!))]
}

/** As terser takes it: all, none, or those that match. */
function keptPattern(kept: KeptNames): boolean | RegExp {
  if (typeof kept === 'boolean') return kept
  return kept.length === 0 ? false : new RegExp(`^(?:${kept.map((name) => name.replaceAll('$', '\\$')).join('|')})$`)
}

/** Every minifier that is raced and chained, loaded on use. @throws UnsupportedError where it refuses the code */
export const minifiers: Readonly<Record<MinifierName, Minifier>> = {
  async esbuild(input) {
    const esbuild = await import('esbuild')
    return guarded('esbuild', async () => {
      const { code, map } = await esbuild.transform(input.code, {
        loader: 'js',
        minifySyntax: true,
        minifyWhitespace: true,
        // it knows no names to leave alone
        minifyIdentifiers: input.keepText === undefined,
        // it keeps all or none
        keepNames: keepsAny(input.keepNames),
        legalComments: 'none',
        charset: 'utf8',
        target: esbuildTarget(input.target),
        // below `esnext` it leaves out `with { type: 'json' }`, without which the module is another
        supported: { 'import-attributes': true },
        treeShaking: input.topLevel,
        sourcemap: input.sourceMap ? 'external' : false,
        sourcefile: STEP_SOURCE,
        logLevel: 'silent',
        ...(input.goal === 'module' ? { format: 'esm' as const } : {}),
      })
      return { code: code.trimEnd(), map: input.sourceMap ? (JSON.parse(map) as EncodedSourceMap) : undefined }
    })
  },

  async swc(input) {
    const compress = { toplevel: input.topLevel, keep_fnames: keepsAny(input.keepNames), keep_classnames: keepsAny(input.keepNames) }
    const reserved = [...reservedNames(input), ...(input.keepNames === true ? classNames(input.code) : [])]
    const mangle = { toplevel: input.topLevel, keep_fnames: input.keepNames === true, reserved }
    return guarded('swc', async () => {
      if (reserved.length === 0) return runSwc(input.code, input, { compress, mangle })
      // In one run it moves a function to where one of these names is another variable, which then is not renamed either.
      const compressed = await runSwc(input.code, input, { compress, mangle: false })
      const mangled = await runSwc(compressed.code, input, { compress: false, mangle })
      const maps = [compressed.map, mangled.map].filter((map) => map !== undefined)
      return { code: mangled.code, map: input.sourceMap ? await composeMaps(maps, undefined, { name: STEP_SOURCE, text: input.code }) : undefined }
    })
  },

  async oxc(input) {
    const { minify } = await import('oxc-minify')
    return guarded('oxc', async () => {
      const { code, map, errors } = await minify(input.goal === 'commonjs' ? 'input.cjs' : STEP_SOURCE, input.code, {
        module: input.goal === 'module',
        compress: {
          target: input.target === 'es5' ? 'es2015' : input.target,
          ...(keepsAny(input.keepNames) ? { keepNames: { function: true, class: true } } : {}),
        },
        mangle: { toplevel: input.topLevel, keepNames: input.keepNames === true, reserved: reservedNames(input) },
        sourcemap: input.sourceMap,
      })
      const error = errors.find((candidate) => candidate.severity === 'Error')
      if (error !== undefined) throw new UnsupportedError(`oxc: ${error.message}`)
      // oxc knows no target below ES2015, and writes its strings as templates
      const written = input.target === 'es5' ? await templatesToStrings(code, input.goal, !input.sourceMap) : code
      return { code: written, map: input.sourceMap ? (map as EncodedSourceMap | undefined) : undefined }
    })
  },

  async terser(input) {
    const { minify } = await import('terser')
    return guarded('terser', async () => {
      const { code, map } = await minify(input.sourceMap ? { [STEP_SOURCE]: input.code } : input.code, {
        module: input.goal === 'module',
        toplevel: input.topLevel,
        ecma: terserEdition(input.target),
        keep_fnames: keptPattern(input.keepNames),
        keep_classnames: keptPattern(input.keepNames),
        mangle: { reserved: reservedNames(input) },
        parse: { bare_returns: input.goal === 'commonjs' },
        format: { comments: false },
        sourceMap: input.sourceMap ? { asObject: true } : false,
      })
      return { code: code ?? '', map: input.sourceMap ? (map as EncodedSourceMap) : undefined }
    })
  },

  async 'uglify-js'(input) {
    const { minify } = (await loadUglify()).default
    return guarded('uglify-js', async () => {
      const { code, map, error } = minify(input.sourceMap ? { [STEP_SOURCE]: input.code } : input.code, {
        // with `module` left out it takes scripts for modules and drops their "use strict"
        module: input.goal === 'module',
        toplevel: input.topLevel,
        keep_fnames: keepsAny(input.keepNames),
        mangle: { reserved: reservedNames(input) },
        // `${a}` as ""+a: an object with `valueOf` (a date of moment, a decimal) gives its number instead of its text
        compress: { templates: false },
        parse: { bare_returns: input.goal === 'commonjs' },
        output: { comments: false },
        sourceMap: input.sourceMap,
      })
      if (error !== undefined) throw new UnsupportedError(`uglify-js: ${error.message}`)
      return { code, map: input.sourceMap ? (JSON.parse(map) as EncodedSourceMap) : undefined }
    })
  },
}

async function runSwc(code: string, { goal, target, sourceMap }: MinifierInput, steps: { readonly compress: object | false; readonly mangle: object | false }): Promise<MinifierOutput> {
  const { minify } = await import('@swc/core')
  const options = { module: goal === 'module', ecma: terserEdition(target), ...steps, format: { comments: false, asciiOnly: false }, sourceMap }
  // its types leave out the form that names the source
  const result = await minify((sourceMap ? { [STEP_SOURCE]: code } : code) as string, options as Parameters<typeof minify>[1])
  return { code: result.code, map: sourceMap && result.map !== undefined ? (JSON.parse(result.map) as EncodedSourceMap) : undefined }
}

interface UglifyModule {
  readonly default: {
    minify(
      code: string | Readonly<Record<string, string>>,
      options: Readonly<Record<string, unknown>>,
    ): { code: string; map: string; error?: Error }
  }
}

/** An optional peer: raced at level `max` where it is installed. */
async function loadUglify(): Promise<UglifyModule> {
  const name = 'uglify-js'
  return (await import(name)) as UglifyModule
}

/** Can `uglify-js` be loaded here? */
export async function hasUglify(): Promise<boolean> {
  return loadUglify().then(
    () => true,
    () => false,
  )
}

/** What a minifier throws about the code it was given is not our bug: it is a refusal. */
async function guarded(name: string, run: () => Promise<MinifierOutput>): Promise<MinifierOutput> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ShrinkError) throw error
    const message = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new UnsupportedError(`${name}: ${message}`, { cause: error })
  }
}

function esbuildTarget(target: Edition): string {
  return target === 'es2025' ? 'es2024' : target
}

/** Terser and swc know editions as `5` and years. */
function terserEdition(target: Edition): 5 | 2015 | 2016 | 2017 | 2018 | 2019 | 2020 {
  const year = target === 'esnext' ? 2020 : target === 'es5' ? 5 : Number(target.slice(2))
  return Math.min(year, 2020) as 5 | 2015 | 2016 | 2017 | 2018 | 2019 | 2020
}

/** Is `a` newer than `b`? */
export function isNewer(a: Edition, b: Edition): boolean {
  return editionRank(a) > editionRank(b)
}
