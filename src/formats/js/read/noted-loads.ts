import type { EcmaScriptModule, Expression, Node } from 'oxc-parser'
import type { KnownNames } from './known-names.ts'
import { isMember, memberName } from './members.ts'
import { needAt, type Place } from './place.ts'
import type { DynamicUse, ModuleRequest, RequestKind } from './survey.ts'

/** What a text loads, and what it makes code of at run time. */
export class NotedLoads {
  readonly requests: ModuleRequest[] = []
  readonly dynamic: DynamicUse[] = []
  readonly nativeLoads: { by: string; target: string | null; offset: number }[] = []
  readonly #names: KnownNames

  constructor(names: KnownNames) {
    this.#names = names
  }

  noteStatements(module: EcmaScriptModule): void {
    for (const { moduleRequest, start } of module.staticImports) {
      this.requests.push({ kind: 'import', specifier: moduleRequest.value, offset: start, need: 'required' })
    }
    for (const { entries, start } of module.staticExports) {
      for (const specifier of new Set(entries.map((entry) => entry.moduleRequest?.value))) {
        if (specifier !== undefined) this.requests.push({ kind: 'export', specifier, offset: start, need: 'required' })
      }
    }
  }

  request(kind: RequestKind, source: Node | undefined, offset: number, place: Place): void {
    const specifier = source === undefined ? null : staticText(source)
    this.requests.push({ kind, specifier, offset, need: needAt(place) })
    if (specifier !== null && /\.(?:node|wasm)$/.test(specifier)) {
      this.nativeLoads.push({ by: kind, target: specifier, offset })
    }
  }

  noteCall(callee: Expression, args: readonly Node[], offset: number, place: Place): void {
    const first = args[0]
    if (callee.type === 'Identifier') {
      if (this.#names.isRequire(callee)) this.request('require', first, offset, place)
      else if (!this.#names.isFree(callee)) return
      else if (callee.name === 'eval') this.dynamic.push({ kind: 'eval', offset })
      else if (callee.name === 'Function') this.dynamic.push({ kind: 'Function', offset })
      return
    }
    if (callee.type === 'CallExpression' && this.#names.isRequire(callee.callee)) {
      const loader = staticText(callee.arguments[0])
      if (loader === 'bindings' || loader === 'node-gyp-build' || loader === '@mapbox/node-pre-gyp') {
        this.nativeLoads.push({ by: loader, target: staticText(first), offset })
      }
      return
    }
    if (callee.type !== 'MemberExpression') return
    if (isMember(callee, 'resolve') && this.#names.isRequire(callee.object)) {
      this.request('require-resolve', first, offset, place)
    } else if (isMember(callee, 'dlopen') && this.#names.isFree(callee.object, 'process')) {
      this.dynamic.push({ kind: 'process.dlopen', offset })
      this.nativeLoads.push({ by: 'process.dlopen', target: null, offset })
    } else if (this.#names.isFree(callee.object, 'WebAssembly') && /^(?:compile|instantiate)/.test(memberName(callee) ?? '')) {
      const isCompiled = isMember(callee, 'instantiate') && this.#names.isModuleFile(first)
      if (!isCompiled) this.dynamic.push({ kind: 'WebAssembly.compile', offset })
    }
  }

  noteNew(callee: Node, args: readonly Node[], offset: number, place: Place): void {
    if (callee.type !== 'Identifier') {
      if (isMember(callee, 'Module') && callee.type === 'MemberExpression' && this.#names.isFree(callee.object, 'WebAssembly')) {
        this.dynamic.push({ kind: 'WebAssembly.compile', offset })
      }
      return
    }
    if (callee.name === 'Worker') {
      const first = args[0]
      const url = first?.type === 'NewExpression' && this.#names.isFree(first.callee, 'URL') ? first.arguments[0] : first
      this.request('worker', url, offset, place)
    } else if (callee.name === 'URL' && this.#names.isFree(callee) && args[1]?.type === 'MemberExpression') {
      if (args[1].object.type === 'MetaProperty' && isMember(args[1], 'url')) this.request('url', args[0], offset, place)
    } else if (callee.name === 'Function' && this.#names.isFree(callee)) this.dynamic.push({ kind: 'Function', offset })
  }
}

function staticText(node: Node | undefined): string | null {
  if (node === undefined) return null
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.cooked ?? null
  return null
}
