import type { Class, Function as FunctionNode, ArrowFunctionExpression, Node, Program } from 'oxc-parser'
import { NotedScopes } from './noted-scopes.ts'
import { occurrenceForms, TOP_SCOPE } from './scopes.ts'

const { plain, property, exported, imported } = occurrenceForms

/** What a declaration does when its name is taken in an inner scope: `var` passes through blocks, the others do not. */
type DeclarationKind = 'var' | 'lexical' | 'parameter'

/** One walk over a syntax tree: declares and notes occurrences; `resolve-scopes.ts` resolves names when all declarations are known. */
export class ScopeReader {
  readonly #keys: Readonly<Record<string, readonly string[]>>
  readonly #keepNames: boolean | readonly string[]

  readonly #noted = new NotedScopes()
  #varScope: number = TOP_SCOPE
  #strict: boolean
  /** Functions whose text is taken where they stand, by offset. */
  readonly #takenInline = new Set<number>()

  constructor(keys: Readonly<Record<string, readonly string[]>>, module: boolean, keepNames: boolean | readonly string[]) {
    this.#keys = keys
    this.#keepNames = keepNames
    this.#strict = module
  }

  /** What the program declares and where its names occur. */
  read(program: Program): NotedScopes {
    this.#strict ||= hasUseStrict(program.body)
    for (const statement of program.body) this.#visit(statement)
    this.#noted.ends[TOP_SCOPE] = this.#noted.parents.length
    return this.#noted
  }

  // --- scopes, declarations, occurrences

  #inBlock(visit: () => void): void {
    const scope = this.#noted.open()
    visit()
    this.#noted.close(scope)
  }

  #declare(node: { name: string; start: number; end: number }, kind: DeclarationKind, form: number = plain): number {
    const binding = this.#noted.bindingIn(kind === 'var' ? this.#varScope : this.#noted.scope, node.name)
    this.#noted.occurrence(node, form, binding)
    return binding
  }

  #declarePattern(pattern: Node, kind: DeclarationKind, frozen: boolean, form: number = plain): void {
    switch (pattern.type) {
      case 'Identifier': {
        const binding = this.#declare(pattern, kind, form)
        if (frozen) this.#noted.frozen[binding] = 1
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
        this.#noted.occurrence(node)
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
        const scope = this.#noted.open()
        const outer = this.#varScope
        this.#varScope = scope
        this.#visitChildren(node)
        this.#varScope = outer
        this.#noted.close(scope)
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
        this.#noted.dynamic.push(node.start)
        this.#visit(node.object)
        const scope = this.#noted.open()
        this.#noted.inWith[scope] = true
        this.#visit(node.body)
        this.#noted.close(scope)
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
      this.#noted.occurrence(value, property)
    } else if (value.type === 'AssignmentPattern' && value.left.type === 'Identifier') {
      this.#noted.occurrence(value.left, property)
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
    const occurrence = this.#noted.offsets.length - 1
    const scope = this.#noted.parents.length
    this.#visit(value)
    if (this.#noted.offsets[occurrence] === target.start) {
      this.#noteFunctionName(occurrence, scope)
      this.#keepName(occurrence)
    }
  }

  #keepName(occurrence: number): void {
    const keepNames = this.#keepNames
    if (keepNames === true || (keepNames !== false && keepNames.includes(this.#noted.occurrenceNames[occurrence]!))) this.#noted.keepNameOf.push(occurrence)
  }

  #noteFunctionName(occurrence: number, scope: number): void {
    const scopes = this.#noted.functionScopes.get(occurrence)
    if (scopes === undefined) this.#noted.functionScopes.set(occurrence, [scope])
    else scopes.push(scope)
  }

  #visitFunction(node: FunctionNode | ArrowFunctionExpression): void {
    const outerStrict = this.#strict
    const outerVarScope = this.#varScope
    const body = node.body
    if (body !== null && body.type === 'BlockStatement') this.#strict ||= hasUseStrict(body.body)
    let nameScope = -1
    if (node.id !== null) {
      const occurrence = this.#noted.offsets.length
      if (node.type === 'FunctionDeclaration') this.#declareFunction(node.id, outerStrict)
      else {
        nameScope = this.#noted.open()
        this.#declare(node.id, 'lexical')
      }
      this.#noteFunctionName(occurrence, this.#noted.parents.length)
      this.#keepName(occurrence)
    }
    const parameterScope = this.#noted.open()
    this.#varScope = parameterScope
    if (this.#takenInline.has(node.start)) this.#noted.takenScopes.push(parameterScope)
    const simple = node.params.every((parameter) => parameter.type === 'Identifier')
    for (const parameter of node.params) {
      for (const decorator of ('decorators' in parameter ? parameter.decorators : undefined) ?? []) this.#visit(decorator)
      this.#declarePattern(parameter as Node, 'parameter', false)
    }
    // parameters with expressions do not see what the body declares (10.2.11, step 28)
    let bodyScope = -1
    if (!simple) {
      bodyScope = this.#noted.open()
      this.#varScope = bodyScope
      for (const binding of this.#noted.declared[parameterScope]?.values() ?? []) this.#noted.reserved.push([binding, bodyScope])
    }
    if (body !== null) {
      if (body.type === 'BlockStatement') this.#visitChildren(body)
      else this.#visit(body)
    }
    if (bodyScope !== -1) this.#noted.close(bodyScope)
    this.#noted.close(parameterScope)
    if (nameScope !== -1) this.#noted.close(nameScope)
    this.#varScope = outerVarScope
    this.#strict = outerStrict
  }

  #declareFunction(id: { name: string; start: number; end: number }, strict: boolean): void {
    const binding = this.#declare(id, 'lexical')
    if (this.#noted.scope === this.#varScope || strict) return
    this.#noted.blockFunctions.push({ binding, scope: this.#noted.scope, varScope: this.#varScope, name: id.name })
  }

  #visitClass(node: Class): void {
    const outerStrict = this.#strict
    this.#strict = true
    for (const decorator of node.decorators) this.#visit(decorator)
    let nameScope = -1
    if (node.id !== null) {
      const occurrence = this.#noted.offsets.length
      if (node.type === 'ClassExpression') nameScope = this.#noted.open()
      this.#declare(node.id, 'lexical')
      this.#keepName(occurrence)
    }
    // a scope of its own, so that the text of the class can be named
    this.#inBlock(() => {
      if (node.superClass !== null) this.#visit(node.superClass)
      this.#visit(node.body)
    })
    if (nameScope !== -1) this.#noted.close(nameScope)
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
      const binding = this.#noted.declared[this.#noted.scope]?.get(name)
      if (binding !== undefined) this.#noted.frozen[binding] = 1
      return
    }
    if (node.source !== null) return
    for (const specifier of node.specifiers) {
      if (specifier.local.type !== 'Identifier') continue
      this.#noted.occurrence(specifier.local, specifier.exported.start === specifier.local.start ? exported : plain)
    }
  }

  // --- what cannot be renamed

  #noteCall(node: Extract<Node, { type: 'CallExpression' }>): void {
    const { callee } = node
    if (callee.type === 'Identifier') {
      if (callee.name === 'eval') {
        this.#noted.dynamic.push(node.start)
        this.#noted.evalScopes.push(this.#noted.scope)
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
    if (node.type === 'Identifier') this.#noted.takenNames.push(node.start)
    else if (node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression') {
      this.#noted.takenOffsets.push(node.start)
      this.#takenInline.add(node.start)
    }
  }

  #noteOwnToString(target: Node): void {
    if (target.type !== 'MemberExpression' || target.computed || target.property.type !== 'Identifier') return
    if (target.property.name === 'toString' && target.object.type === 'Identifier') this.#noted.ownToString.push(target.object.start)
  }
}

function hasUseStrict(body: readonly Node[]): boolean {
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || typeof statement.directive !== 'string') return false
    if (statement.directive === 'use strict') return true
  }
  return false
}
