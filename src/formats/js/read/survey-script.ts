import type { Node } from 'oxc-parser'
import { LimitError } from '../../../core/errors.ts'
import type { Need } from '../../../core/requirement.ts'
import type { Scopes } from '../scope/scopes.ts'
import { inlineHelpers } from './helpers.ts'
import { hostGlobals } from './host-globals.ts'
import { KnownNames } from './known-names.ts'
import { isMember } from './members.ts'
import { NotedLoads } from './noted-loads.ts'
import type { ParsedScript } from './parse-script.ts'
import { type NameRead, nameRead } from './name-reads.ts'
import { enter, needAt, outside, type Place } from './place.ts'
import type { GlobalUse, Survey } from './survey.ts'
import type { SyntaxFeatureName } from './syntax-features.ts'
import { noteSyntax } from './syntax-survey.ts'

const LONG_STRING = 4096
/** Conditions are short; looking into long ones again and again would take time by the square. */
const LONGEST_PROBE = 1000

/** @throws LimitError when the tree is too deep to be walked */
export function surveyScript(
  script: ParsedScript,
  scopes: Scopes,
  keys: Readonly<Record<string, readonly string[]>>,
): Survey {
  try {
    return new Surveyor(script, scopes, keys).run()
  } catch (error) {
    if (error instanceof RangeError) throw new LimitError('the code nests too deep to be followed', { cause: error })
    throw error
  }
}

class Surveyor {
  readonly #script: ParsedScript
  readonly #scopes: Scopes
  readonly #keys: Readonly<Record<string, readonly string[]>>
  readonly #syntax = new Map<SyntaxFeatureName, { offset: number; count: number }>()
  readonly #globals = new Map<string, { offset: number; count: number; need: Need }>()
  readonly #nodeEnvReads: number[] = []
  readonly #nameReads: NameRead[] = []
  /** Names that functions and classes of this text have at run time. */
  readonly #functionNames = new Set<string>()
  readonly #helpers: { name: string; start: number; end: number }[] = []
  readonly #longStrings: { start: number; end: number; kind: 'base64' | 'json' | 'text' }[] = []
  /** Names whose presence the code asks for with `typeof`. */
  readonly #probed = new Set<string>()
  readonly #names: KnownNames
  readonly #loads: NotedLoads
  #topLevelAwait: number | undefined

  constructor(script: ParsedScript, scopes: Scopes, keys: Readonly<Record<string, readonly string[]>>) {
    this.#script = script
    this.#scopes = scopes
    this.#keys = keys
    this.#names = new KnownNames(script.text, scopes)
    this.#loads = new NotedLoads(this.#names)
  }

  run(): Survey {
    const { program } = this.#script
    const place = outside
    for (const statement of program.body) {
      if (statement.type !== 'ImportDeclaration' || !/\.wasm(?:\?module)?$/.test(statement.source.value)) continue
      for (const { local } of statement.specifiers) this.#names.noteModuleFile(local)
    }
    for (const statement of program.body) this.#visit(statement, program, place)
    if (program.hashbang !== null && program.hashbang !== undefined) this.#noteFeature('hashbang', 0)
    this.#noteModuleSyntax()
    this.#loads.noteStatements(this.#script.module)
    for (const offset of this.#scopes.textTaken) this.#loads.dynamic.push({ kind: 'function text', offset })
    return {
      syntax: [...this.#syntax].map(([feature, use]) => ({ feature, ...use })).sort((a, b) => a.offset - b.offset),
      requests: this.#loads.requests.sort((a, b) => a.offset - b.offset),
      globals: this.#globalUses(),
      dynamic: this.#loads.dynamic.sort((a, b) => a.offset - b.offset),
      nativeLoads: this.#loads.nativeLoads.sort((a, b) => a.offset - b.offset),
      topLevelAwait: this.#topLevelAwait,
      nodeEnvReads: this.#nodeEnvReads,
      nameReads: this.#decidingReads(),
      helpers: this.#helpers,
      longStrings: this.#longStrings,
    }
  }

  #noteFeature(feature: SyntaxFeatureName, offset: number): void {
    const use = this.#syntax.get(feature)
    if (use === undefined) this.#syntax.set(feature, { offset, count: 1 })
    else {
      use.count += 1
      if (offset < use.offset) use.offset = offset
    }
  }

  #noteModuleSyntax(): void {
    const { module } = this.#script
    if (module.hasModuleSyntax && (module.staticImports.length > 0 || module.staticExports.length > 0)) {
      const first = Math.min(module.staticImports[0]?.start ?? Infinity, module.staticExports[0]?.start ?? Infinity)
      this.#noteFeature('modules', first)
    }
  }

  #globalUses(): GlobalUse[] {
    const uses: GlobalUse[] = []
    for (const [name, use] of this.#globals) {
      uses.push({ name, ...use, need: this.#probed.has(name) ? 'guarded' : use.need })
    }
    return uses.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  #noteNameRead(read: NameRead | undefined): void {
    if (read !== undefined) this.#nameReads.push(read)
  }

  /** Of names compared with, only those that a function or class of this text has make a difference. */
  #decidingReads(): NameRead[] {
    return this.#nameReads.flatMap((read) => {
      const names = read.names?.filter((name) => this.#functionNames.has(name)) ?? null
      return names?.length === 0 ? [] : [{ ...read, names }]
    })
  }

  /** Does the condition ask with `typeof` what there is? Then what it decides over is guarded. */
  #probes(condition: Node): boolean {
    const { start, end } = condition
    return end - start < LONGEST_PROBE && this.#script.text.slice(start, end).includes('typeof ')
  }

  #visit(node: Node, parent: Node, place: Place): void {
    noteSyntax(node, parent, (feature, offset) => this.#noteFeature(feature, offset))
    let inner = place
    switch (node.type) {
      case 'Identifier':
        this.#noteGlobal(node, parent, place)
        return
      case 'Literal':
        if (node.end - node.start >= LONG_STRING && typeof node.value === 'string') this.#noteLongString(node, node.value)
        return
      case 'TemplateElement':
        if (node.end - node.start >= LONG_STRING) this.#noteLongString(node, node.value.cooked ?? '')
        return
      case 'BinaryExpression':
      case 'LogicalExpression': {
        // the left operands one after another: a sum is as deep as it is long
        let left: Node = node
        const rights: [Node, Node][] = []
        while (left.type === 'BinaryExpression' || left.type === 'LogicalExpression') {
          if (left !== node) noteSyntax(left, node, (feature, offset) => this.#noteFeature(feature, offset))
          rights.push([left.right, left])
          left = left.left
        }
        this.#visit(left, rights.at(-1)![1], place)
        for (let i = rights.length - 1; i >= 0; i--) {
          const [right, operation] = rights[i]!
          const asked = operation.type === 'LogicalExpression' && this.#probes(operation.left)
          this.#visit(right, operation, asked ? { ...place, guarded: true } : place)
        }
        return
      }
      case 'ConditionalExpression':
      case 'IfStatement': {
        const branch = this.#probes(node.test) ? { ...place, guarded: true } : place
        this.#visit(node.test, node, place)
        this.#visit(node.consequent, node, branch)
        if (node.alternate !== null) this.#visit(node.alternate, node, branch)
        return
      }
      case 'UnaryExpression':
        if (node.operator === 'typeof' && this.#names.isFree(node.argument)) {
          this.#probed.add((node.argument as { name: string }).name)
        }
        break
      case 'AwaitExpression':
        if (!place.inFunction) this.#noteTopLevelAwait(node.start)
        break
      case 'ForOfStatement':
        if (node.await && !place.inFunction) this.#noteTopLevelAwait(node.start)
        break
      case 'WithStatement':
        this.#loads.dynamic.push({ kind: 'with', offset: node.start })
        break
      case 'ClassDeclaration':
      case 'ClassExpression':
        if (node.id !== null) this.#functionNames.add(node.id.name)
        break
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        inner = enter(node, parent, place)
        if (node.id !== null) {
          this.#noteHelper(node.id.name, node)
          this.#functionNames.add(node.id.name)
        }
        break
      case 'VariableDeclarator':
        if (node.id.type === 'Identifier' && node.init !== null) {
          if (isNamedByBinding(node.init)) this.#functionNames.add(node.id.name)
          this.#noteHelper(node.id.name, node)
          this.#names.noteRequireAlias(node.id, node.init)
        }
        break
      case 'TryStatement':
        if (node.handler === null) break
        this.#visit(node.block, node, { ...place, guarded: true })
        this.#visit(node.handler, node, place)
        if (node.finalizer !== null) this.#visit(node.finalizer, node, place)
        return
      case 'ImportExpression':
        this.#loads.request('dynamic-import', node.source, node.start, place)
        break
      case 'CallExpression':
        this.#loads.noteCall(node.callee, node.arguments, node.start, place)
        break
      case 'NewExpression':
        this.#loads.noteNew(node.callee, node.arguments, node.start, place)
        break
      case 'MemberExpression':
        if (isMember(node, 'NODE_ENV') && isMember(node.object, 'env')) this.#nodeEnvReads.push(node.start)
        this.#noteNameRead(nameRead(node, parent))
        this.#visit(node.object, node, place)
        if (node.computed) this.#visit(node.property, node, place)
        return
      case 'Property':
      case 'MethodDefinition':
      case 'PropertyDefinition':
      case 'AccessorProperty':
        if (node.computed) this.#visit(node.key, node, place)
        if ('decorators' in node) for (const decorator of node.decorators) this.#visit(decorator, node, place)
        if (node.value !== null) this.#visit(node.value, node, place)
        return
      case 'LabeledStatement':
        this.#visit(node.body, node, place)
        return
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'MetaProperty':
      case 'BreakStatement':
      case 'ContinueStatement':
        return
    }
    const children = node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null | undefined>>
    for (const key of this.#keys[node.type] ?? []) {
      const child = children[key]
      if (child === null || child === undefined) continue
      if (Array.isArray(child)) {
        for (const item of child as readonly (Node | null)[]) if (item !== null) this.#visit(item, node, inner)
      } else this.#visit(child as Node, node, inner)
    }
  }

  #noteTopLevelAwait(offset: number): void {
    this.#topLevelAwait ??= offset
    this.#noteFeature('top-level-await', offset)
  }

  #noteGlobal(node: Extract<Node, { type: 'Identifier' }>, parent: Node, place: Place): void {
    if (!hostGlobals.has(node.name) || !this.#names.isFree(node)) return
    const probe = parent.type === 'UnaryExpression' && parent.operator === 'typeof'
    const need: Need = probe ? 'guarded' : needAt(place.wrapped ? { ...place, deferred: true } : place)
    const use = this.#globals.get(node.name)
    if (use === undefined) this.#globals.set(node.name, { offset: node.start, count: 1, need })
    else {
      use.count += 1
      if (rank[need] > rank[use.need]) {
        use.need = need
        use.offset = node.start
      }
    }
  }

  #noteHelper(name: string, node: { start: number; end: number }): void {
    if (!inlineHelpers.has(name)) return
    const last = this.#helpers.at(-1)
    if (last !== undefined && node.start < last.end) return // `var __awaiter = function () {…}` is one
    this.#helpers.push({ name, start: node.start, end: node.end })
  }

  #noteLongString(node: { start: number; end: number }, value: string): void {
    const sample = value.slice(0, 2048)
    const kind = /^(?:data:[^,]{0,100};base64,)?[A-Za-z0-9+/=\s_-]+$/.test(sample) && !/\s[a-z]+\s/.test(sample)
      ? 'base64'
      : /^\s*[[{]/.test(sample)
        ? 'json'
        : 'text'
    this.#longStrings.push({ start: node.start, end: node.end, kind })
  }

}

const rank: Readonly<Record<Need, number>> = { required: 2, possible: 1, guarded: 0 }

/** NamedEvaluation, ECMA-262 8.4. */
function isNamedByBinding(value: Node): boolean {
  return value.type === 'ArrowFunctionExpression' || value.type === 'FunctionExpression' || value.type === 'ClassExpression'
}
