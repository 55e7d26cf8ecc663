import { posix } from 'node:path'
import type { JsonValue } from '../../core/json.ts'
import type { JsDetail } from './detail.ts'
import { nodeBuiltin } from './read/node-builtins.ts'
import { syntaxFeatures } from './read/syntax-features.ts'

/** The facts of a script for people and scripts. Names are part of the report's schema. */
export function propertiesOf(path: string, detail: JsDetail): { readonly [key: string]: JsonValue } {
  const { script, survey, sourceMap } = detail
  const at = (offset: number): { line: number; column: number } => script.positions.at(offset)
  const specifiers = (wanted: (specifier: string) => boolean): string[] =>
    [...new Set(survey.requests.flatMap(({ kind, specifier }) => (kind !== 'url' && specifier !== null && wanted(specifier) ? [specifier] : [])))].sort()
  const computed = survey.requests.filter(({ specifier, kind }) => specifier === null && kind !== 'url')
  return {
    moduleKind: detail.moduleKind,
    syntaxLevel: detail.level,
    syntax: survey.syntax.map(({ feature, offset, count }) => ({
      feature,
      edition: syntaxFeatures[feature].edition,
      count,
      ...at(offset),
    })),
    builtins: [...new Set(specifiers((specifier) => nodeBuiltin(specifier) !== undefined).map((one) => nodeBuiltin(one)!))].sort(),
    externals: specifiers((specifier) => nodeBuiltin(specifier) === undefined && !/^[./]/.test(specifier)),
    outsideImports: outsideImports(path, detail),
    localImports: localImports(detail),
    globals: survey.globals.map(({ name }) => name),
    exports: [...detail.exports],
    dynamicImports: survey.requests.filter(({ kind }) => kind === 'dynamic-import').length,
    computedRequests: computed.map(({ kind, offset }) => ({ kind, ...at(offset) })),
    runtimeCode: survey.dynamic.map(({ kind, offset }) => ({ kind, ...at(offset) })),
    nativeLoads: survey.nativeLoads.map(({ by, target, offset }) => ({ by, target, ...at(offset) })),
    workers: survey.requests
      .filter(({ kind }) => kind === 'worker')
      .map(({ specifier, offset }) => ({ specifier, ...at(offset) })),
    topLevelAwait: survey.topLevelAwait === undefined ? null : at(survey.topLevelAwait),
    packages:
      detail.composition?.shares.map(({ name, bytes, modules, copies }) => ({ name, bytes, modules, copies: copies.length })) ??
      null,
    compositionFrom: detail.composition?.from ?? null,
    sourceMap:
      sourceMap === undefined
        ? null
        : {
            kind: sourceMap.kind,
            path: sourceMap.path ?? null,
            sources: sourceMap.map?.sources.length ?? null,
            problem: sourceMap.problem ?? null,
          },
  }
}

/** What the script needs and names by a path that climbs out of the tree which `path` is relative to. */
function outsideImports(path: string, { survey }: JsDetail): string[] {
  const leads = (specifier: string): boolean => specifier.startsWith('.') && posix.join(posix.dirname(path), specifier).startsWith('../')
  const needed = survey.requests.filter(({ kind, need }) => kind !== 'url' && need === 'required')
  return [...new Set(needed.flatMap(({ specifier }) => (specifier !== null && leads(specifier) ? [specifier] : [])))].sort()
}

/** What it asks for by a relative path, whenever that is. */
function localImports({ survey }: JsDetail): string[] {
  const named = survey.requests.flatMap(({ kind, specifier }) => (kind !== 'url' && specifier?.startsWith('.') === true ? [specifier] : []))
  return [...new Set(named)].sort()
}
