import type { CapabilityKind, Requirement } from '../../core/requirement.ts'
import { nodeRelease, oldestNodeWith } from '../data/node-releases.ts'
import type { Engine, Fact, Target } from '../target.ts'
import { compareVersions } from '../../core/compare-versions.ts'
import type { Check } from './outcome.ts'
import { met, unknown, unmet, witness } from './outcome.ts'

type NodeKind = Extract<CapabilityKind, 'node' | 'node-api' | 'node-abi' | 'node-builtin' | 'module-kind'>

/** The lowest Node that serves, where it is Node: other engines are judged by syntax, globals and built-ins. */
const node: Check = (requirement, target) => {
  const engine = target.engine
  if (engine === undefined)
    return unknown(`needs Node ${requirement.version ?? ''}, and the data does not say what runs on ${target.id}`)
  if (engine.value.name !== 'node') return met(engine)
  if (requirement.version === undefined) return met(engine)
  if (engine.value.version === undefined)
    return unknown(`needs Node ${requirement.version}, and the data gives no version`, undefined, engine)
  // A line such as `22` means its latest release.
  if (atLeast(engine.value.version, requirement.version)) return met(engine)
  return unmet(
    `needs Node ${requirement.version}${witness(requirement)}, the target has ${engine.value.version}`,
    undefined,
    engine,
  )
}

/** A target that says `22` has the newest 22.x, so `22.12.0` is there. */
function atLeast(has: string, wanted: string): boolean {
  const given = has.split('.').length
  return compareVersions(has, wanted.split('.').slice(0, given).join('.')) >= 0
}

const nodeApi: Check = (requirement, target) => {
  const engine = nodeEngine(requirement, target, 'is an addon of Node')
  if (!('value' in engine)) return engine
  const version = Number(requirement.version ?? requirement.value ?? 0)
  const release = nodeRelease(engine.value.version)
  if (release === undefined)
    return unknown(
      `needs Node-API ${version}, and the data does not say which Node ${target.id} has`,
      undefined,
      engine,
    )
  if (version <= release.nodeApi) return met(engine)
  return unmet(
    `needs Node-API ${version}${witness(requirement)}, Node ${engine.value.version} has ${release.nodeApi}`,
    olderHint(oldestNodeWith((candidate) => candidate.nodeApi >= version)),
    engine,
  )
}

const nodeAbi: Check = (requirement, target) => {
  const engine = nodeEngine(requirement, target, 'is an addon of Node')
  if (!('value' in engine)) return engine
  const release = nodeRelease(engine.value.version)
  if (requirement.version === undefined) {
    return unknown(
      'is an addon built against V8’s own headers: it loads only in the Node major it was built for',
      undefined,
      engine,
    )
  }
  if (release === undefined)
    return unknown(`is built for NODE_MODULE_VERSION ${requirement.version}`, undefined, engine)
  if (Number(requirement.version) === release.moduleVersion) return met(engine)
  return unmet(
    `is built for NODE_MODULE_VERSION ${requirement.version}, Node ${engine.value.version} has ${release.moduleVersion}`,
    `rebuild it with Node ${engine.value.version}, or use a version of the package that is built on Node-API`,
    engine,
  )
}

function olderHint(version: string | undefined): string | undefined {
  return version === undefined ? undefined : `Node ${version} and later have it`
}

function nodeEngine(requirement: Requirement, target: Target, what: string): Fact<Engine> | ReturnType<Check> {
  const engine = target.engine
  if (engine === undefined)
    return unknown(`${what}${witness(requirement)}, and the data does not say what runs on ${target.id}`)
  if (engine.value.name === 'node' || engine.value.name === 'deno' || engine.value.name === 'bun') {
    return engine.value.name === 'node'
      ? engine
      : unknown(`${what}, and ${engine.value.name} supports only a part of Node-API`, undefined, engine)
  }
  return unmet(`${what}, and ${target.title} cannot load addons`, 'use a WebAssembly build of the package', engine)
}

const nodeBuiltin: Check = (requirement, target) => {
  const name = requirement.name.replace(/^node:/, '')
  const list = target.builtins
  if (list !== undefined) {
    if (list.value.includes(name)) return met(list)
    if (target.partialBuiltins?.value.includes(name) === true) {
      return unknown(
        `imports node:${name}${witness(requirement)}, of which ${target.id} has only a part: the rest throws when it is called`,
        'run the code there before you rely on it',
        target.partialBuiltins,
      )
    }
    return unmet(`imports node:${name}${witness(requirement)}, which ${target.title} does not have`, undefined, list)
  }
  const engine = target.engine
  if (engine === undefined) return unknown(`imports node:${name}, and the data does not say what runs on ${target.id}`)
  if (engine.value.name === 'node') {
    const release = nodeRelease(engine.value.version)
    if (release === undefined)
      return unknown(`imports node:${name}, and the data gives no Node version`, undefined, engine)
    if (release.builtins.has(name)) return met(engine)
    return unmet(
      `imports node:${name}${witness(requirement)}, which Node ${engine.value.version} does not have`,
      olderHint(oldestNodeWith((candidate) => candidate.builtins.has(name))),
      engine,
    )
  }
  if (engine.value.name === 'deno' || engine.value.name === 'bun') {
    return unknown(
      `imports node:${name}, and the data does not list the modules of ${engine.value.name}`,
      undefined,
      engine,
    )
  }
  return unmet(
    `imports node:${name}${witness(requirement)}, and ${target.title} has no Node modules`,
    'bundle it for that platform, or import it behind a condition',
    engine,
  )
}

const moduleKind: Check = (requirement, target) => {
  const engine = target.engine
  if (engine === undefined)
    return unknown(`is ${requirement.name}, and the data does not say what runs on ${target.id}`)
  const commonJs = requirement.name === 'commonjs' || requirement.name === 'cjs'
  if (!commonJs || ['node', 'bun', 'deno'].includes(engine.value.name)) return met(engine)
  return unmet(
    `is a CommonJS module${witness(requirement)}, and ${target.title} loads ECMAScript modules only`,
    'write it as an ECMAScript module: `shrink build SOURCE --format esm`',
    engine,
  )
}

export const nodeChecks: Readonly<Record<NodeKind, Check>> = {
  node,
  'node-api': nodeApi,
  'node-abi': nodeAbi,
  'node-builtin': nodeBuiltin,
  'module-kind': moduleKind,
}
