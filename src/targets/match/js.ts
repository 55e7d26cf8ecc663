import type { CapabilityKind, Requirement } from '../../core/requirement.ts'
import { jsFeatures, jsFeaturesDate, jsFeaturesSource } from '../data/js-features.generated.ts'
import type { JsFeature } from '../data/js-features.generated.ts'
import { isOfBrowsers } from '../data/js-global-origin.ts'
import { jsGlobals, jsGlobalsDate, jsGlobalsSource } from '../data/js-globals.generated.ts'
import { workerGlobals, workerGlobalsDate, workerGlobalsSource } from '../data/worker-globals.generated.ts'
import type { Engine, Fact, Target } from '../target.ts'
import { compareVersions } from '../../core/compare-versions.ts'
import type { Check, Outcome } from './outcome.ts'
import { met, unknown, unmet, witness } from './outcome.ts'

type JsKind = Extract<CapabilityKind, 'js-syntax' | 'js-global' | 'runtime-compilation'>
type TableEngine = keyof JsFeature['since']

/**
 * workerd and Vercel's edge runtime are V8 that follows Chrome's stable releases: what Chrome has had for a year is
 * taken to be there. https://developers.cloudflare.com/workers/runtime-apis/web-standards/
 */
const evergreenChrome = '131'

const syntax: Check = (requirement, target) => {
  const engine = target.engine
  const edition = editionOf(requirement.version ?? requirement.name)
  const what = requirement.version === undefined ? requirement.name : `${requirement.name} (${requirement.version})`
  if (engine === undefined) return unknown(`uses ${what}, and the data does not say what runs on ${target.id}`)
  if (edition !== undefined && edition <= 5) return met(engine)
  const place = tableEngine(engine.value)
  if (place === undefined) {
    return unknown(`uses ${what}, and the data does not say what ${engine.value.name} parses`, undefined, engine)
  }
  const wanted = featuresFor(requirement.name, edition)
  if (wanted.length === 0)
    return unknown(`uses ${what}, which the table of ${jsFeaturesSource} does not hold`, undefined, engine)
  if (place.version === undefined)
    return unknown(`uses ${what}, and the data gives no version of ${engine.value.name}`, undefined, engine)
  const missing = wanted.find(([, feature]) => !has(feature, place.engine, place.version ?? '0'))
  if (missing === undefined) return met(engine)
  const since = missing[1].since[place.engine]
  const first = since === undefined ? `no ${place.engine} has it` : `${place.engine} ${since} is the first to have it`
  return unmet(
    `uses ${missing[0]} (${missing[1].edition})${witness(requirement)}, which ${engine.value.name} ${engine.value.version ?? ''} does not parse: ${first}`,
    `lower it: \`shrink build --target ${target.id}\` compiles to what the target parses`,
    tableFact(engine),
  )
}

/** The fact that a table's verdict rests on: the table, with its own date. */
function tableFact(engine: Fact<Engine>): Fact<Engine> {
  return engine.confidence === 'stated' || engine.confidence === 'unverified'
    ? engine
    : { value: engine.value, source: jsFeaturesSource, date: jsFeaturesDate, confidence: 'documented' }
}

function tableEngine(
  engine: Engine,
): { readonly engine: TableEngine; readonly version: string | undefined } | undefined {
  switch (engine.name) {
    case 'node':
    case 'deno':
    case 'bun':
    case 'chrome':
    case 'edge':
    case 'firefox':
    case 'safari':
      return { engine: engine.name, version: engine.version }
    case 'workerd':
    case 'edge-runtime':
      return { engine: 'chrome', version: engine.version ?? evergreenChrome }
    case 'cloudfront-js':
    case 'wasi':
    case 'wasmtime':
    case 'wasmedge':
    case 'wasmer':
    case 'wazero':
    case 'wasm3':
    case 'wasmi':
    case 'graalwasm':
    case 'fastly':
      return undefined
  }
}

/** `es2020` → 2020; `es5` → 5; `es6` → 2015. */
function editionOf(text: string): number | undefined {
  const number = /^es(\d{1,4})$/i.exec(text)?.[1]
  if (number === undefined) return undefined
  const edition = Number(number)
  return edition >= 6 && edition < 100 ? edition + 2009 : edition
}

/** The feature by its name; failing that, every feature that came with that edition. */
function featuresFor(name: string, edition: number | undefined): [string, JsFeature][] {
  const key = name.toLowerCase().replace(/[_ ]/g, '-')
  const named = jsFeatures[key]
  if (named !== undefined) return [[key, named]]
  if (edition === undefined) return []
  const upTo = Object.entries(jsFeatures).filter(([, feature]) => (editionOf(feature.edition) ?? Infinity) <= edition)
  // A name that the table does not have, with its edition: only what is new in that edition can be missing.
  return editionOf(name) === undefined ? upTo.filter(([, feature]) => editionOf(feature.edition) === edition) : upTo
}

function has(feature: JsFeature, engine: TableEngine, version: string): boolean {
  const since = feature.since[engine]
  if (since === undefined) return false
  return isAtLeast(version, since)
}

/** A line such as `22` stands for its newest release. */
function isAtLeast(version: string, since: string): boolean {
  const parts = version.split('.').length
  return compareVersions(version, since.split('.').slice(0, parts).join('.')) >= 0
}

/** Which editions an engine parses whole: what a bundler may leave as it is. */
export function newestEdition(target: Target): number | undefined {
  const place = target.engine === undefined ? undefined : tableEngine(target.engine.value)
  if (place?.version === undefined) return undefined
  const { engine, version } = place
  const published = Object.values(jsFeatures).filter((feature) => editionOf(feature.edition) !== undefined)
  const editions = published.map((feature) => editionOf(feature.edition)!)
  const missing = published
    .filter((feature) => !has(feature, engine, version))
    .map((feature) => editionOf(feature.edition)!)
  return missing.length === 0 ? Math.max(...editions) : Math.min(...missing) - 1
}

/** Bound by the CommonJS wrapper: whether that is there is the module kind's question. */
const commonJs: ReadonlySet<string> = new Set(['require', 'module', 'exports', '__dirname', '__filename'])
/** workerd has all of them with nodejs_compat and a date from 2024-09-23 on, and else none (measured). */
const nodeOnly: ReadonlySet<string> = new Set(['Buffer', 'process', 'global', 'setImmediate', 'clearImmediate'])
const browsers: ReadonlySet<string> = new Set(['chrome', 'edge', 'firefox', 'safari'])
/** It has the language as Chrome has it, and of its interfaces those that servers share. */
const followers: ReadonlySet<string> = new Set(['edge-runtime'])

const global: Check = (requirement, target) => {
  const engine = target.engine
  const name = requirement.name
  if (engine === undefined)
    return unknown(`uses the global ${name}, and the data does not say what runs on ${target.id}`)
  if (commonJs.has(name)) return met(engine)
  if (engine.value.name === 'workerd') return onWorkers(name, requirement, target, engine)
  const since = jsGlobals[name]
  const place = tableEngine(engine.value)
  if (since !== undefined && place?.version !== undefined) {
    const shared = since.node !== undefined && since.deno !== undefined && since.bun !== undefined
    if (!followers.has(engine.value.name) || shared)
      return inTable(name, since, place.engine, place.version, requirement, engine)
    // What no server has, they do not have either; of what some have (`caches`, `location`), the table does not tell.
    if (isOfBrowsers(name))
      return unmet(`uses the global ${name}${witness(requirement)} of browsers, and ${target.title} is none`, undefined, engine)
  }
  const browser = browsers.has(engine.value.name)
  if (nodeOnly.has(name)) {
    if (engine.value.name === 'node' || engine.value.name === 'bun') return met(engine)
    if (browser)
      return unmet(
        `uses the global ${name}${witness(requirement)} of Node, and ${target.title} is a browser`,
        undefined,
        engine,
      )
  }
  return unknown(
    `uses the global ${name}${witness(requirement)}, and the data does not say whether ${target.id} has it`,
    undefined,
    engine,
  )
}

/** workerd was asked which globals it has. */
function onWorkers(name: string, requirement: Requirement, target: Target, engine: Fact<Engine>): Outcome {
  const measured = { value: engine.value, source: workerGlobalsSource, date: workerGlobalsDate, confidence: 'measured' as const }
  if (nodeOnly.has(name)) {
    if (target.builtins?.value.includes('buffer') === true) return met(target.builtins)
    return unknown(`uses the global ${name}${witness(requirement)}, and whether ${target.id} has it depends on nodejs_compat`, undefined, engine)
  }
  if (workerGlobals.has(name)) return met(measured)
  return unmet(
    `uses the global ${name}${witness(requirement)}${isOfBrowsers(name) ? ` of browsers, and ${target.title} is none` : `, which ${target.title} does not have`}`,
    'use a polyfill, or check with typeof before use',
    measured,
  )
}

function inTable(
  name: string,
  since: JsFeature['since'],
  table: TableEngine,
  version: string,
  requirement: Requirement,
  engine: Fact<Engine>,
): Outcome {
  const first = since[table]
  if (first !== undefined && isAtLeast(version, first)) return met(engine)
  const here = `${engine.value.name} ${engine.value.version ?? ''}`.trim()
  return unmet(
    `uses the global ${name}${witness(requirement)}${isOfBrowsers(name) ? ' of browsers' : ''}, which ${here} does not have` +
      (first !== undefined ? `: ${table} ${first} is the first to have it` : isOfBrowsers(name) ? '' : `: no ${table} has it`),
    'use a polyfill, or check with typeof before use',
    { value: engine.value, source: jsGlobalsSource, date: jsGlobalsDate, confidence: 'documented' },
  )
}

const runtimeCompilation: Check = (requirement, target) => {
  const fact = target.runtimeCompilation
  if (fact === undefined)
    return unknown(
      `compiles code at run time${witness(requirement)}, and the data does not say whether ${target.id} allows it`,
    )
  if (fact.value) return met(fact)
  return unmet(
    `compiles code at run time${witness(requirement)}, and ${target.title} does not allow it`,
    requirement.name === 'eval' || requirement.name === 'Function'
      ? 'replace it by code that is there when it is deployed, or make sure that it is never called there'
      : 'import the WebAssembly module as a file',
    fact,
  )
}

export const jsChecks: Readonly<Record<JsKind, Check>> = {
  'js-syntax': syntax,
  'js-global': global,
  'runtime-compilation': runtimeCompilation,
}
