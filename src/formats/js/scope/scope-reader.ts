import type { Class, Function as FunctionNode, ArrowFunctionExpression, Node, Program } from 'oxc-parser'
import { FREE, occurrenceForms, type ScopeOptions, type Scopes, TOP_SCOPE } from './scopes.ts'

const { plain, property, exported, imported } = occurrenceForms

/** What a declaration does when its name is taken in an inner scope: `var` passes through blocks, the others do not. */
type DeclarationKind = 'var' | 'lexical' | 'parameter'

/** Names that mean something without being declared, or that cannot be declared everywhere. */
const specialNames = new Set(['arguments', 'eval', 'undefined', 'NaN', 'Infinity', 'await', 'yield', 'let', 'static', 'async', 'of'])

/** One walk over a syntax tree: declares and notes occurrences; names are resolved when all declarations are known. */
export class ScopeReader {
  readonly #keys: Readonly<Record<string, readonly string[]>>
  readonly #options: ScopeOptions

  readonly #parents: number[] = [-1]
  readonly #ends: number[] = [0]
  readonly #declared: (Map<string, number> | undefined)[] = [undefined]
  readonly #inWith: boolean[] = [false]
  #scope: number = TOP_SCOPE
  #varScope: number = TOP_SCOPE
  #strict: boolean

  readonly #names: string[] = []
  readonly #homes: number[] = []
  readonly #frozen: number[] = []
  /** Union-find over bindings that must have one name. */
  readonly #merged: number[] = []

  readonly #offsets: number[] = []
  readonly #occurrenceNames: string[] = []
  readonly #occurrenceScopes: number[] = []
  /** Binding where known from the declaration, FREE where it is to be looked up. */
  readonly #bindings: number[] = []
  readonly #forms: number[] = []

  readonly #reserved: [number, number][] = []
  readonly #blockFunctions: { binding: number; scope: number; varScope: number; name: string }[] = []
  readonly #evalScopes: number[] = []
  readonly #dynamic: number[] = []
  /** Scope of the function that a name was declared with, for those whose text is taken. */
  readonly #functionScopes = new Map<number, number[]>()
  readonly #takenNames: number[] = []
  readonly #takenInline = new Set<number>()
  /** Names that a `toString` of their own is assigned to: it answers instead of the function's text. */
  readonly #ownToString: number[] = []
  readonly #takenScopes: number[] = []
  readonly #takenOffsets: number[] = []
  readonly #textNames = new Set<string>()
  readonly #keepNameOf: number[] = []
  #escaped = false

  constructor(keys: Readonly<Record<string, readonly string[]>>, module: boolean, options: ScopeOptions) {
    this.#keys = keys
    this.#options = options
    this.#strict = module
  }

  visitProgram(program: Program): void {
    this.#strict ||= hasUseStrict(program.body)
    for (const statement of program.body) this.#visit(statement)
    this.#ends[TOP_SCOPE] = this.#parents.length
  }

  // --- scopes, declarations, occurrences

  #open(): number {
    const scope = this.#parents.length
    this.#parents.push(this.#scope)
    this.#ends.push(scope)
    this.#declared.push(undefined)
    this.#inWith.push(this.#inWith[this.#scope]!)
    this.#scope = scope
    return scope
  }

  #close(scope: number): void {
    this.#ends[scope] = this.#parents.length
    this.#scope = this.#parents[scope]!
  }

  #inBlock(visit: () => void): void {
    const scope = this.#open()
    visit()
    this.#close(scope)
  }

  #occurrence(node: { name: string; start: number; end: number }, form: number = plain, binding: number = FREE): number {
    const index = this.#offsets.length
    this.#offsets.push(node.start)
    this.#occurrenceNames.push(node.name)
    this.#occurrenceScopes.push(this.#scope)
    this.#bindings.push(binding)
    this.#forms.push(form)
    if (node.end - node.start !== node.name.length) this.#escaped = true
    return index
  }

  #bindingIn(scope: number, name: string): number {
    const declared = (this.#declared[scope] ??= new Map())
    const known = declared.get(name)
    if (known !== undefined) return known
    const binding = this.#names.length
    this.#names.push(name)
    this.#homes.push(scope)
    this.#merged.push(binding)
    this.#frozen.push(specialNames.has(name) ? 1 : 0)
    declared.set(name, binding)
    return binding
  }

  #declare(node: { name: string; start: number; end: number }, kind: DeclarationKind, form: number = plain): number {
    const binding = this.#bindingIn(kind === 'var' ? this.#varScope : this.#scope, node.name)
    this.#occurrence(node, form, binding)
    return binding
  }

  #declarePattern(pattern: Node, kind: DeclarationKind, frozen: boolean, form: number = plain): void {
    switch (pattern.type) {
      case 'Identifier': {
        const binding = this.#declare(pattern, kind, form)
        if (frozen) this.#frozen[binding] = 1
        return
      }
      case 'ObjectPattern':
        for (const part of pattern.properties) {
          if (part.type === 'RestElement') this.#declarePattern(part.argument, kind, frozen)
          else {
            if (part.computed) this.#visit(part.key)
            this.#declarePattern(part.value, kind, frozen, part.shorthand ? property : plain)
          }
        }
        return
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element !== null) this.#declarePattern(element, kind, frozen)
        return
      case 'AssignmentPattern':
        this.#declarePattern(pattern.left, kind, frozen, form)
        this.#visitNamed(pattern.right, pattern.left)
        return
      case 'RestElement':
        this.#declarePattern(pattern.argument, kind, frozen)
        return
      default:
        this.#visitChildren(pattern)
    }
  }

  // --- the walk

  #visitChildren(node: Node): void {
    const children = node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null | undefined>>
    for (const key of this.#keys[node.type] ?? []) {
      const child = children[key]
      if (child === null || child === undefined) continue
      if (Array.isArray(child)) {
        for (const item of child as readonly (Node | null)[]) if (item !== null) this.#visit(item)
      } else this.#visit(child as Node)
    }
  }

  #visit(node: Node): void {
    switch (node.type) {
      case 'Identifier':
        this.#occurrence(node)
        return
      case 'MemberExpression':
        this.#visit(node.object)
        if (node.computed) this.#visit(node.property)
        return
      case 'CallExpression':
        this.#noteCall(node)
        this.#visitChildren(node)
        return
      case 'BinaryExpression':
      case 'LogicalExpression':
        this.#visitOperands(node)
        return
      case 'Property':
        if (node.computed) this.#visit(node.key)
        if (node.shorthand) this.#visitShorthand(node.value)
        else this.#visit(node.value)
        return
      case 'AssignmentExpression':
        this.#noteOwnToString(node.left)
        this.#visit(node.left)
        this.#visitNamed(node.right, node.left)
        return
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#visitFunction(node)
        return
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#visitClass(node)
        return
      case 'VariableDeclaration':
        this.#visitVariables(node, false)
        return
      case 'BlockStatement':
        this.#inBlock(() => this.#visitChildren(node))
        return
      case 'StaticBlock': {
        const scope = this.#open()
        const outer = this.#varScope
        this.#varScope = scope
        this.#visitChildren(node)
        this.#varScope = outer
        this.#close(scope)
        return
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#inBlock(() => this.#visitChildren(node))
        return
      case 'SwitchStatement':
        this.#visit(node.discriminant)
        this.#inBlock(() => {
          for (const clause of node.cases) this.#visit(clause)
        })
        return
      case 'CatchClause':
        // the block shares the scope: it may not declare the parameter's name again (14.15.1)
        this.#inBlock(() => {
          if (node.param !== null) this.#declarePattern(node.param, 'lexical', false)
          this.#visitChildren(node.body)
        })
        return
      case 'WithStatement': {
        this.#dynamic.push(node.start)
        this.#visit(node.object)
        const scope = this.#open()
        this.#inWith[scope] = true
        this.#visit(node.body)
        this.#close(scope)
        return
      }
      case 'MethodDefinition':
      case 'PropertyDefinition':
      case 'AccessorProperty':
        for (const decorator of node.decorators) this.#visit(decorator)
        if (node.computed) this.#visit(node.key)
        if (node.value !== null) this.#visit(node.value)
        return
      case 'TemplateLiteral':
        for (const expression of node.expressions) {
          this.#noteTextTaken(expression)
          this.#visit(expression)
        }
        return
      case 'ImportDeclaration':
        for (const specifier of node.specifiers) {
          const sameName = specifier.type === 'ImportSpecifier' && specifier.imported.start === specifier.local.start
          this.#declare(specifier.local, 'lexical', sameName ? imported : plain)
        }
        return
      case 'ExportNamedDeclaration':
        this.#visitExport(node)
        return
      case 'ExportAllDeclaration':
      case 'MetaProperty':
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'TemplateElement':
      case 'Literal':
        return
      case 'LabeledStatement':
        this.#visit(node.body)
        return
      default:
        this.#visitChildren(node)
    }
  }

  #visitShorthand(value: Node): void {
    if (value.type === 'Identifier') {
      this.#occurrence(value, property)
    } else if (value.type === 'AssignmentPattern' && value.left.type === 'Identifier') {
      this.#occurrence(value.left, property)
      this.#visitNamed(value.right, value.left)
    } else this.#visit(value)
  }

  /** The left operands one after another: `a + b + … + z` is as deep as it is long. */
  #visitOperands(node: Extract<Node, { type: 'BinaryExpression' | 'LogicalExpression' }>): void {
    const rights: Node[] = []
    let left: Node = node
    while (left.type === 'BinaryExpression' || left.type === 'LogicalExpression') {
      if (left.operator === '+') {
        this.#noteTextTaken(left.left)
        this.#noteTextTaken(left.right)
      }
      rights.push(left.right)
      left = left.left
    }
    if (left.type !== 'PrivateIdentifier') this.#visit(left)
    for (let i = rights.length - 1; i >= 0; i--) this.#visit(rights[i]!)
  }

  #visitVariables(node: Extract<Node, { type: 'VariableDeclaration' }>, frozen: boolean): void {
    const kind: DeclarationKind = node.kind === 'var' ? 'var' : 'lexical'
    for (const { id, init } of node.declarations) {
      this.#declarePattern(id, kind, frozen)
      if (init !== null) this.#visitNamed(init, id)
    }
  }

  /** A value that takes its `name` from the binding it is put into (8.4, NamedEvaluation). */
  #visitNamed(value: Node, target: Node): void {
    const anonymous =
      value.type === 'ArrowFunctionExpression' ||
      ((value.type === 'FunctionExpression' || value.type === 'ClassExpression') && value.id === null)
    if (!anonymous || target.type !== 'Identifier') {
      this.#visit(value)
      return
    }
    // the occurrence of the target was the last to be noted
    const occurrence = this.#offsets.length - 1
    const scope = this.#parents.length
    this.#visit(value)
    if (this.#offsets[occurrence] === target.start) {
      this.#noteFunctionName(occurrence, scope)
      this.#keepName(occurrence)
    }
  }

  #keepName(occurrence: number): void {
    const { keepNames = false } = this.#options
    if (keepNames === true || (keepNames !== false && keepNames.includes(this.#occurrenceNames[occurrence]!))) this.#keepNameOf.push(occurrence)
  }

  #noteFunctionName(occurrence: number, scope: number): void {
    const scopes = this.#functionScopes.get(occurrence)
    if (scopes === undefined) this.#functionScopes.set(occurrence, [scope])
    else scopes.push(scope)
  }

  #visitFunction(node: FunctionNode | ArrowFunctionExpression): void {
    const outerStrict = this.#strict
    const outerVarScope = this.#varScope
    const body = node.body
    if (body !== null && body.type === 'BlockStatement') this.#strict ||= hasUseStrict(body.body)
    let nameScope = -1
    if (node.id !== null) {
      const occurrence = this.#offsets.length
      if (node.type === 'FunctionDeclaration') this.#declareFunction(node.id, outerStrict)
      else {
        nameScope = this.#open()
        this.#declare(node.id, 'lexical')
      }
      this.#noteFunctionName(occurrence, this.#parents.length)
      this.#keepName(occurrence)
    }
    const parameterScope = this.#open()
    this.#varScope = parameterScope
    if (this.#takenInline.has(node.start)) this.#takenScopes.push(parameterScope)
    const simple = node.params.every((parameter) => parameter.type === 'Identifier')
    for (const parameter of node.params) {
      for (const decorator of ('decorators' in parameter ? parameter.decorators : undefined) ?? []) this.#visit(decorator)
      this.#declarePattern(parameter as Node, 'parameter', false)
    }
    // parameters with expressions do not see what the body declares (10.2.11, step 28)
    let bodyScope = -1
    if (!simple) {
      bodyScope = this.#open()
      this.#varScope = bodyScope
      for (const binding of this.#declared[parameterScope]?.values() ?? []) this.#reserved.push([binding, bodyScope])
    }
    if (body !== null) {
      if (body.type === 'BlockStatement') this.#visitChildren(body)
      else this.#visit(body)
    }
    if (bodyScope !== -1) this.#close(bodyScope)
    this.#close(parameterScope)
    if (nameScope !== -1) this.#close(nameScope)
    this.#varScope = outerVarScope
    this.#strict = outerStrict
  }

  #declareFunction(id: { name: string; start: number; end: number }, strict: boolean): void {
    const binding = this.#declare(id, 'lexical')
    if (this.#scope === this.#varScope || strict) return
    this.#blockFunctions.push({ binding, scope: this.#scope, varScope: this.#varScope, name: id.name })
  }

  #visitClass(node: Class): void {
    const outerStrict = this.#strict
    this.#strict = true
    for (const decorator of node.decorators) this.#visit(decorator)
    let nameScope = -1
    if (node.id !== null) {
      const occurrence = this.#offsets.length
      if (node.type === 'ClassExpression') nameScope = this.#open()
      this.#declare(node.id, 'lexical')
      this.#keepName(occurrence)
    }
    // a scope of its own, so that the text of the class can be named
    this.#inBlock(() => {
      if (node.superClass !== null) this.#visit(node.superClass)
      this.#visit(node.body)
    })
    if (nameScope !== -1) this.#close(nameScope)
    this.#strict = outerStrict
  }

  #visitExport(node: Extract<Node, { type: 'ExportNamedDeclaration' }>): void {
    if (node.declaration !== null) {
      if (node.declaration.type === 'VariableDeclaration') {
        this.#visitVariables(node.declaration, true)
        return
      }
      this.#visit(node.declaration)
      const name = 'id' in node.declaration && node.declaration.id?.type === 'Identifier' ? node.declaration.id.name : ''
      const binding = this.#declared[this.#scope]?.get(name)
      if (binding !== undefined) this.#frozen[binding] = 1
      return
    }
    if (node.source !== null) return
    for (const specifier of node.specifiers) {
      if (specifier.local.type !== 'Identifier') continue
      this.#occurrence(specifier.local, specifier.exported.start === specifier.local.start ? exported : plain)
    }
  }

  // --- what cannot be renamed

  #noteCall(node: Extract<Node, { type: 'CallExpression' }>): void {
    const { callee } = node
    if (callee.type === 'Identifier') {
      if (callee.name === 'eval') {
        this.#dynamic.push(node.start)
        this.#evalScopes.push(this.#scope)
      }
      if (callee.name === 'String' && node.arguments.length > 0) this.#noteTextTaken(node.arguments[0]!)
      return
    }
    if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return
    if (callee.property.name === 'toString') this.#noteTextTaken(callee.object)
    else if (callee.property.name === 'call' && node.arguments.length > 0) {
      const { object } = callee
      if (object.type === 'MemberExpression' && !object.computed && object.property.type === 'Identifier') {
        if (object.property.name === 'toString') this.#noteTextTaken(node.arguments[0]!)
      }
    }
  }

  /** `f.toString()`, `'(' + f + ')()'`, `${f}`: whether `f` is a function of this text is known at the end. */
  #noteTextTaken(node: Node): void {
    if (node.type === 'Identifier') this.#takenNames.push(node.start)
    else if (node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression') {
      this.#takenOffsets.push(node.start)
      this.#takenInline.add(node.start)
    }
  }

  #noteOwnToString(target: Node): void {
    if (target.type !== 'MemberExpression' || target.computed || target.property.type !== 'Identifier') return
    if (target.property.name === 'toString' && target.object.type === 'Identifier') this.#ownToString.push(target.object.start)
  }

  // --- resolution

  #lookup(scope: number, name: string): number {
    for (let at = scope; at !== -1; at = this.#parents[at]!) {
      const binding = this.#declared[at]?.get(name)
      if (binding !== undefined) return binding
    }
    return FREE
  }

  #root(binding: number): number {
    let root = binding
    while (this.#merged[root] !== root) root = this.#merged[root]!
    while (this.#merged[binding] !== root) {
      const next = this.#merged[binding]!
      this.#merged[binding] = root
      binding = next
    }
    return root
  }

  #mergeFrozen(a: number, b: number): void {
    this.#frozen[a] = 1
    this.#frozen[b] = 1
    this.#merged[this.#root(a)] = this.#root(b)
  }

  /** B.3.2.1: outside strict code a function in a block also makes a `var`, unless that would be an early error. */
  #hoistBlockFunctions(): void {
    for (const { binding, scope, varScope, name } of this.#blockFunctions) {
      this.#frozen[binding] = 1
      let blocked = false
      for (let at = this.#parents[scope]!; at !== varScope && at !== -1; at = this.#parents[at]!) {
        const other = this.#declared[at]?.get(name)
        if (other === undefined) continue
        // whether a `let` or a catch parameter blocks it or another function in between does not, neither may move
        this.#frozen[other] = 1
        blocked = true
      }
      const outer = this.#bindingIn(varScope, name)
      this.#frozen[outer] = 1
      if (!blocked) this.#mergeFrozen(binding, outer)
    }
  }

  #freezeDynamic(): void {
    for (const from of this.#evalScopes) {
      for (let at = from; at !== -1; at = this.#parents[at]!) {
        for (const binding of this.#declared[at]?.values() ?? []) this.#frozen[binding] = 1
      }
    }
  }

  #freezeSubtree(scope: number): void {
    const end = this.#ends[scope] ?? scope
    for (let at = scope; at < end; at++) {
      for (const binding of this.#declared[at]?.values() ?? []) this.#frozen[binding] = 1
    }
  }

  /** The text of a function holds its own names, and the outer ones that it refers to. */
  #freezeTakenText(resolved: Int32Array): void {
    const scopes = this.#takenScopes.concat(this.#scopesOfTakenNames(resolved))
    for (const scope of scopes) this.#freezeSubtree(scope)
    for (let i = 0; scopes.length > 0 && i < resolved.length; i++) {
      const at = this.#occurrenceScopes[i]!
      if (resolved[i] === FREE || !scopes.some((scope) => scope <= at && at < this.#ends[scope]!)) continue
      this.#frozen[resolved[i]!] = 1
      this.#textNames.add(this.#occurrenceNames[i]!)
    }
  }

  #scopesOfTakenNames(resolved: Int32Array): number[] {
    if (this.#takenNames.length === 0) return []
    const byOffset = new Map<number, number>()
    for (let i = 0; i < resolved.length; i++) byOffset.set(this.#offsets[i]!, i)
    const functionsOf = new Map<number, number[]>()
    for (const [occurrence, scopes] of this.#functionScopes) {
      const binding = resolved[occurrence]!
      if (binding === FREE) continue
      functionsOf.set(binding, [...(functionsOf.get(binding) ?? []), ...scopes])
    }
    const taken = new Set<number>()
    const answering = new Set(this.#ownToString.map((offset) => resolved[byOffset.get(offset) ?? -1] ?? FREE))
    for (const offset of this.#takenNames) {
      const at = byOffset.get(offset)
      const binding = at === undefined ? FREE : resolved[at]!
      if (answering.has(binding)) continue
      const scopes = binding === FREE ? undefined : functionsOf.get(binding)
      if (scopes === undefined) continue
      this.#takenOffsets.push(offset)
      this.#frozen[binding] = 1
      this.#textNames.add(this.#occurrenceNames[at!]!)
      for (const scope of scopes) taken.add(scope)
    }
    return [...taken]
  }

  finish(): Scopes {
    this.#hoistBlockFunctions()
    this.#freezeDynamic()
    if (this.#options.freezeTop) {
      for (const binding of this.#declared[TOP_SCOPE]?.values() ?? []) this.#frozen[binding] = 1
    }
    const count = this.#offsets.length
    const resolved = new Int32Array(count)
    for (let i = 0; i < count; i++) {
      const scope = this.#occurrenceScopes[i]!
      const found = this.#lookup(scope, this.#occurrenceNames[i]!)
      const declared = this.#bindings[i]!
      // `catch (e) { var e = 1 }` writes the parameter and declares the variable: one name, two bindings
      if (declared !== FREE && found !== declared && found !== FREE) this.#mergeFrozen(declared, found)
      resolved[i] = declared === FREE ? found : declared
      if (found !== FREE && this.#inWith[scope]) this.#frozen[found] = 1
    }
    // the body's `var` of a parameter's name starts with the parameter's value (10.2.11, step 28.e)
    for (const [binding, scope] of this.#reserved) {
      const inner = this.#declared[scope]?.get(this.#names[binding]!)
      if (inner !== undefined) this.#mergeFrozen(inner, binding)
    }
    this.#freezeTakenText(resolved)
    for (const occurrence of this.#keepNameOf) if (resolved[occurrence] !== FREE) this.#frozen[resolved[occurrence]!] = 1
    return this.#flatten(resolved)
  }

  #flatten(resolved: Int32Array): Scopes {
    const count = resolved.length
    const order = textOrder(this.#offsets)
    const ids = new Int32Array(this.#names.length).fill(-1)
    const names: string[] = []
    const frozen: number[] = []
    const idOf = (binding: number): number => {
      const root = this.#root(binding)
      if (ids[root] === -1) {
        ids[root] = names.length
        names.push(this.#names[root]!)
        frozen.push(0)
      }
      return ids[root]!
    }
    for (let i = 0; i < this.#names.length; i++) {
      const id = idOf(i)
      if (this.#frozen[i] === 1) frozen[id] = 1
    }
    const offsets = new Int32Array(count)
    const bindings = new Int32Array(count)
    const forms = new Uint8Array(count)
    const scopes = new Int32Array(count)
    const occurrenceNames: string[] = Array.from({ length: count })
    for (let i = 0; i < count; i++) {
      const from = order === undefined ? i : order[i]!
      offsets[i] = this.#offsets[from]!
      bindings[i] = resolved[from] === FREE ? FREE : idOf(resolved[from]!)
      forms[i] = this.#forms[from]!
      scopes[i] = this.#occurrenceScopes[from]!
      occurrenceNames[i] = this.#occurrenceNames[from]!
    }
    return {
      scopeCount: this.#parents.length,
      parents: Int32Array.from(this.#parents),
      bindingCount: names.length,
      names,
      declaredBindings: Int32Array.from(this.#names, (_, binding) => idOf(binding)),
      declaredScopes: Int32Array.from(this.#homes),
      frozen: Uint8Array.from(frozen),
      occurrenceCount: count,
      offsets,
      bindings,
      forms,
      occurrenceScopes: scopes,
      occurrenceNames,
      reservedBindings: Int32Array.from(this.#reserved, ([binding]) => idOf(binding)),
      reservedScopes: Int32Array.from(this.#reserved, ([, scope]) => scope),
      escaped: this.#escaped,
      dynamic: this.#dynamic.toSorted((a, b) => a - b),
      textTaken: [...new Set(this.#takenOffsets)].sort((a, b) => a - b),
      textNames: [...this.#textNames].sort(),
    }
  }
}

/** The order that sorts `offsets`, or undefined when they are sorted, as they nearly always are. */
function textOrder(offsets: readonly number[]): Int32Array | undefined {
  let sorted = true
  for (let i = 1; i < offsets.length && sorted; i++) sorted = offsets[i - 1]! <= offsets[i]!
  if (sorted) return undefined
  return Int32Array.from(offsets.keys()).sort((a, b) => offsets[a]! - offsets[b]! || a - b)
}

function hasUseStrict(body: readonly Node[]): boolean {
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || typeof statement.directive !== 'string') return false
    if (statement.directive === 'use strict') return true
  }
  return false
}
