import type { Node } from 'oxc-parser'
import { FREE } from '../../formats/js/scope/scopes.ts'
import type { Platform } from '../bundle-options.ts'
import type { ClassLike, CodeFacts, FunctionLike, NodeOf } from './code-facts.ts'
import { memberName, staticName } from './code-facts.ts'
import { globalPath, isBuiltinPath, isBuiltinRequire, isStringMethodCall, isWellKnownSymbol } from './built-ins.ts'
import { buildTarget, type Fresh, freshKind, hasAccessor, writableStatics } from './fresh-objects.ts'
import { isKnownGlobal, isPureConstructor, isPureGlobalCall } from './known-globals.ts'

/** The code being judged: writes to what it made itself are no effect, because nothing else can see it. */
interface Region {
  readonly start: number
  readonly end: number
  /** Bindings that hold an object that this region made and that nothing else has seen. */
  readonly owned: Map<number, Fresh>
  /** `this` is such an object: in static blocks. */
  readonly ownsThis: boolean
}

/** How deep calls of the chunk's own functions are followed. */
const CALL_DEPTH = 6

/**
 * Proves that evaluating an expression or declaration does nothing that can be seen: no call of unknown code, no write
 * to what existed before, no throw, and it ends. What cannot be proved counts as having an effect. Built-in functions
 * are taken to be the ones that ECMA-262 describes.
 */
export class Purity {
  readonly #facts: CodeFacts
  readonly #platform: Platform
  /** The one function that a binding can mean, where that is so. */
  readonly #functionOf: (binding: number) => FunctionLike | undefined
  readonly #classOf: (binding: number) => ClassLike | undefined
  /** Object literals that only data is read from. */
  readonly #plainData: (binding: number) => boolean
  readonly #judged = new Map<FunctionLike, boolean>()
  #depth = 0

  constructor(
    facts: CodeFacts,
    platform: Platform,
    definitions: {
      functionOf(binding: number): FunctionLike | undefined
      classOf(binding: number): ClassLike | undefined
      plainData(binding: number): boolean
    },
  ) {
    this.#facts = facts
    this.#platform = platform
    this.#functionOf = (binding) => definitions.functionOf(binding)
    this.#classOf = (binding) => definitions.classOf(binding)
    this.#plainData = (binding) => definitions.plainData(binding)
  }

  /** Judges with nothing owned, or with the binding that the code is there to build. */
  isPure(node: Node, builds?: { readonly binding: number; readonly as: Fresh }): boolean {
    const owned = new Map<number, Fresh>(builds === undefined ? [] : [[builds.binding, builds.as]])
    return this.#pure(node, { start: node.start, end: node.end, owned, ownsThis: false })
  }

  /**
   * `(function (E) { … })(E || (E = {}))`, as tsc writes enums and namespaces: the binding, when all that the call does
   * is to build that object.
   */
  builtByCall(node: Node): number | undefined {
    const call = node.type === 'UnaryExpression' && node.operator === '!' ? node.argument : node
    if (call.type !== 'CallExpression' || call.arguments.length !== 1) return undefined
    const fn = call.callee
    if (fn.type !== 'FunctionExpression' && fn.type !== 'ArrowFunctionExpression') return undefined
    const target = buildTarget(call.arguments[0]!)
    if (target === undefined) return undefined
    const binding = this.#facts.bindingAt(target.start)
    if (binding === FREE) return undefined
    return this.#pureBody(fn, [{ fresh: 'object' }], { start: call.start, end: call.end, owned: new Map(), ownsThis: false })
      ? binding
      : undefined
  }

  isPureClass(node: ClassLike): boolean {
    return this.#pureClass(node, { start: node.start, end: node.end, owned: new Map(), ownsThis: false })
  }

  // --- expressions

  #pure(node: Node, region: Region): boolean {
    switch (node.type) {
      case 'Literal':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'MetaProperty':
        return true
      case 'ThisExpression':
        return true
      case 'Identifier':
        return this.#readable(node, region)
      case 'TemplateLiteral':
        return node.expressions.every((part) => this.#primitive(part, region))
      case 'ClassExpression':
        return this.#pureClass(node, region)
      case 'UnaryExpression':
        if (node.operator === 'typeof') return node.argument.type === 'Identifier' || this.#pure(node.argument, region)
        if (node.operator === '!' || node.operator === 'void') return this.#pure(node.argument, region)
        return node.operator !== 'delete' && this.#primitive(node.argument, region)
      case 'BinaryExpression':
        if (node.operator === '===' || node.operator === '!==') {
          return this.#pure(node.left, region) && this.#pure(node.right, region)
        }
        return this.#primitive(node, region)
      case 'LogicalExpression':
        return this.#pure(node.left, region) && this.#pure(node.right, region)
      case 'ConditionalExpression':
        return this.#pure(node.test, region) && this.#pure(node.consequent, region) && this.#pure(node.alternate, region)
      case 'SequenceExpression':
        return node.expressions.every((part) => this.#pure(part, region))
      case 'ArrayExpression':
        return node.elements.every((item) =>
          item === null || (item.type === 'SpreadElement' ? this.#iterable(item.argument, region) : this.#pure(item, region)))
      case 'ObjectExpression':
        return node.properties.every((property) => this.#pureProperty(property, region))
      case 'ChainExpression':
        return this.#pure(node.expression, region)
      case 'MemberExpression':
        return this.#pureRead(node, region)
      case 'CallExpression':
      case 'NewExpression':
        return this.#pureCall(node, region)
      case 'AssignmentExpression':
        return this.#pureWrite(node, region)
      default:
        return false
    }
  }

  /** A name that is declared and, where that can be seen, initialised; or a built-in. */
  #readable(node: NodeOf<'Identifier'>, region: Region): boolean {
    const binding = this.#facts.bindingAt(node.start)
    if (binding === FREE) return isKnownGlobal(node.name, this.#platform)
    if (!this.#facts.isTop(binding) || region.owned.has(binding)) return true
    // `a` before `let a`: throws when both are evaluated at the top
    return this.#facts.readableFrom(binding) <= node.start
  }

  #pureProperty(property: Node, region: Region): boolean {
    if (property.type === 'SpreadElement') {
      const source = property.argument
      if (source.type === 'ObjectExpression') return this.#pure(source, region)
      return source.type === 'Identifier' && this.#plainData(this.#facts.bindingAt(source.start)) && this.#readable(source, region)
    }
    if (property.type !== 'Property') return false
    if (property.computed && !this.#propertyKey(property.key, region)) return false
    return this.#pure(property.value, region)
  }

  /** A value whose conversion to a property key runs nothing. */
  #propertyKey(key: Node, region: Region): boolean {
    return this.#primitive(key, region) || isWellKnownSymbol(key, this.#facts)
  }

  #iterable(node: Node, region: Region): boolean {
    return (node.type === 'ArrayExpression' || (node.type === 'Literal' && typeof node.value === 'string')) && this.#pure(node, region)
  }

  /** Known to be a primitive, and pure. */
  #primitive(node: Node, region: Region): boolean {
    switch (node.type) {
      case 'Literal':
        return !('regex' in node) || node.regex === null || node.regex === undefined
      case 'TemplateLiteral':
        return node.expressions.every((part) => this.#primitive(part, region))
      case 'UnaryExpression':
        if (node.operator === 'typeof' || node.operator === '!' || node.operator === 'void') return this.#pure(node, region)
        // +1n throws
        return node.operator !== 'delete' && this.#primitive(node.argument, region) && !mayBeBigInt(node.argument)
      case 'BinaryExpression':
        if (node.operator === 'in' || node.operator === 'instanceof') return false
        if (node.operator === '===' || node.operator === '!==') return this.#pure(node, region)
        return this.#primitive(node.left, region) && this.#primitive(node.right, region) && !mayBeBigInt(node.left) && !mayBeBigInt(node.right)
      case 'Identifier':
        return this.#facts.bindingAt(node.start) === FREE && /^(?:undefined|NaN|Infinity)$/.test(node.name)
      case 'ConditionalExpression':
        return this.#pure(node.test, region) && this.#primitive(node.consequent, region) && this.#primitive(node.alternate, region)
      case 'AssignmentExpression':
        return node.operator === '=' && this.#primitive(node.right, region) && this.#pureWrite(node, region)
      default:
        return false
    }
  }

  #pureRead(node: NodeOf<'MemberExpression'>, region: Region): boolean {
    const name = memberName(node)
    if (node.property.type === 'PrivateIdentifier') return false
    if (name === undefined && !(node.computed && this.#propertyKey(node.property, region))) return false
    const path = globalPath(node, this.#facts)
    if (path !== undefined) {
      if (path[0] === 'process') return this.#platform === 'node' && path[1] === 'env' && path.length <= 3
      return isKnownGlobal(path[0]!, this.#platform) && path.length <= 3 && isBuiltinPath(path)
    }
    if (node.object.type !== 'Identifier') return false
    const binding = this.#facts.bindingAt(node.object.start)
    if (binding === FREE) return false
    const owned = region.owned.get(binding)
    if (owned === 'object') return name !== '__proto__'
    if (name === 'prototype') return owned === 'function' || owned === 'class' || this.#functionOf(binding) !== undefined
    return this.#plainData(binding) && name !== '__proto__' && this.#readable(node.object, region)
  }

  /** Writes to what the region made: `E.a = 1`, `K.prototype.m = …`, `this.x = 1` in a static block; to its own variables. */
  #pureWrite(node: NodeOf<'AssignmentExpression'>, region: Region): boolean {
    if (node.operator !== '=' && node.operator !== '||=' && node.operator !== '??=') return false
    const { left } = node
    if (left.type === 'Identifier') {
      const binding = this.#facts.bindingAt(left.start)
      const local = binding !== FREE && isDeclaredWithin(this.#facts.occurrencesOf(binding), region)
      return (local || region.owned.has(binding)) && this.#pure(node.right, region)
    }
    if (left.type !== 'MemberExpression' || !this.#writable(left, region)) return false
    return this.#pure(node.right, region)
  }

  #writable(target: NodeOf<'MemberExpression'>, region: Region): boolean {
    const name = memberName(target)
    if (name === '__proto__' || target.property.type === 'PrivateIdentifier') return false
    if (name === undefined && !(target.computed && this.#propertyKey(target.property, region))) return false
    const { object } = target
    if (object.type === 'ThisExpression') return region.ownsThis
    if (object.type === 'Identifier') {
      const owned = region.owned.get(this.#facts.bindingAt(object.start))
      // `name`, `length` and `prototype` of functions are read-only: assigning throws in strict code
      return owned !== undefined && (owned === 'object' || !/^(?:name|length|prototype|arguments|caller)$/.test(name ?? 'name'))
    }
    if (object.type !== 'MemberExpression' || memberName(object) !== 'prototype' || object.object.type !== 'Identifier') return false
    return region.owned.get(this.#facts.bindingAt(object.object.start)) === 'function'
  }

  // --- calls

  #pureCall(node: NodeOf<'CallExpression'> | NodeOf<'NewExpression'>, region: Region): boolean {
    const plainArguments = node.arguments.every((argument) =>
      argument.type === 'SpreadElement' ? this.#iterable(argument.argument, region) : this.#pure(argument, region))
    if (!plainArguments) return this.#builtByInnerCall(node, region)
    if (this.#facts.pureOffsets.has(node.start)) return true
    const { callee } = node
    if (node.type === 'NewExpression') {
      return callee.type === 'Identifier' && this.#facts.bindingAt(callee.start) === FREE && isPureConstructor(callee.name, node.arguments)
    }
    if (callee.type === 'FunctionExpression' || callee.type === 'ArrowFunctionExpression') {
      if (this.#builtByInnerCall(node, region)) return true
      return this.#pureBody(callee, node.arguments.map((argument) => ({ fresh: freshKind(argument) })), region)
    }
    if (callee.type === 'Identifier' && this.#facts.bindingAt(callee.start) !== FREE) {
      const fn = this.#functionOf(this.#facts.bindingAt(callee.start))
      return fn !== undefined && this.#readable(callee, region) && this.#pureFunction(fn)
    }
    const path = callee.type === 'Identifier' ? [callee.name] : callee.type === 'MemberExpression' ? globalPath(callee, this.#facts) : undefined
    if (path !== undefined) {
      if (path.length === 1 && path[0] === 'require') return isBuiltinRequire(node, this.#platform, this.#facts)
      return isKnownGlobal(path[0]!, this.#platform)
        && isPureGlobalCall(path, node.arguments, (argument) => this.#harmlessArgument(argument, region))
    }
    return isStringMethodCall(node) && node.arguments.every((argument) => this.#primitive(argument, region))
  }

  /** Namespaces inside namespaces: `(function (B) { … })(B = A.B || (A.B = {}))`. */
  #builtByInnerCall(node: NodeOf<'CallExpression'> | NodeOf<'NewExpression'>, region: Region): boolean {
    if (node.type !== 'CallExpression' || node.arguments.length !== 1) return false
    const fn = node.callee
    if (fn.type !== 'FunctionExpression' && fn.type !== 'ArrowFunctionExpression') return false
    const argument = node.arguments[0]!
    const target = buildTarget(argument)
    if (target === undefined) return false
    const binding = this.#facts.bindingAt(target.start)
    if (binding === FREE || !isDeclaredWithin(this.#facts.occurrencesOf(binding), region)) return false
    // the only thing ever put under that name is the object made here
    const text = this.#facts.text.slice(region.start, region.end)
    const assignments = text.match(new RegExp(`(?<![\\w$])${target.name.replaceAll('$', '\\$')}\\s*=(?!=)`, 'g')) ?? []
    if (assignments.length !== (this.#facts.text.slice(argument.start, argument.end).match(/[^=!]=(?!=)/g) ?? []).length) return false
    return this.#pure(argument, region) && this.#pureBody(fn, [{ fresh: 'object' }], region)
  }

  /** What `Object.assign`, `Object.freeze` and their like may be given: literals, and literals behind a name. */
  #harmlessArgument(node: Node, region: Region): boolean {
    if (node.type === 'ObjectExpression' || node.type === 'ArrayExpression') {
      return !hasAccessor(node) && this.#pure(node, region)
    }
    if (this.#primitive(node, region)) return true
    return node.type === 'Identifier' && this.#plainData(this.#facts.bindingAt(node.start))
  }

  #pureFunction(fn: FunctionLike): boolean {
    const known = this.#judged.get(fn)
    if (known !== undefined) return known
    if (this.#depth >= CALL_DEPTH) return false
    // a function that calls itself may not end
    this.#judged.set(fn, false)
    this.#depth++
    const pure = this.#pureBody(fn, [], { start: fn.start, end: fn.end, owned: new Map(), ownsThis: false })
    this.#depth--
    this.#judged.set(fn, pure)
    return pure
  }

  #pureBody(fn: FunctionLike, given: readonly { readonly fresh: Fresh | undefined }[], outer: Region): boolean {
    if (fn.generator || fn.async || fn.body === null) return false
    const owned = new Map(outer.owned)
    for (const [index, parameter] of fn.params.entries()) {
      if (parameter.type !== 'Identifier') return false
      const fresh = given[index]?.fresh
      if (fresh !== undefined) owned.set(this.#facts.bindingAt(parameter.start), fresh)
    }
    const region: Region = { start: Math.min(fn.start, outer.start), end: Math.max(fn.end, outer.end), owned, ownsThis: false }
    if (fn.body.type !== 'BlockStatement') return this.#pure(fn.body, region)
    return this.#pureStatements(fn.body.body, region)
  }

  #pureStatements(statements: readonly Node[], region: Region): boolean {
    for (const statement of statements) {
      if (statement.type === 'FunctionDeclaration' && statement.id !== null) {
        region.owned.set(this.#facts.bindingAt(statement.id.start), 'function')
      }
    }
    return statements.every((statement) => this.#pureStatement(statement, region))
  }

  #pureStatement(statement: Node, region: Region): boolean {
    switch (statement.type) {
      case 'EmptyStatement':
      case 'FunctionDeclaration':
        return true
      case 'ClassDeclaration':
        if (!this.#pureClass(statement, region)) return false
        if (statement.id !== null) region.owned.set(this.#facts.bindingAt(statement.id.start), 'class')
        return true
      case 'VariableDeclaration':
        return statement.kind !== 'using' && statement.kind !== 'await using' && statement.declarations.every(({ id, init }) => {
          if (id.type !== 'Identifier') return false
          if (init === null) return true
          if (!this.#pure(init, region)) return false
          const fresh = freshKind(init)
          if (fresh !== undefined) region.owned.set(this.#facts.bindingAt(id.start), fresh)
          return true
        })
      case 'ExpressionStatement':
        return 'directive' in statement && typeof statement.directive === 'string' || this.#pure(statement.expression, region)
      case 'ReturnStatement':
        return statement.argument === null || this.#pure(statement.argument, region)
      case 'IfStatement':
        return this.#pure(statement.test, region) && this.#pureStatement(statement.consequent, region)
          && (statement.alternate === null || this.#pureStatement(statement.alternate, region))
      case 'BlockStatement':
        return this.#pureStatements(statement.body, region)
      default:
        return false
    }
  }

  // --- classes

  #pureClass(node: ClassLike, region: Region): boolean {
    if (node.decorators.length > 0 || (node.superClass !== null && !this.#knownClass(node.superClass))) return false
    const inner: Region = { ...region, owned: new Map(region.owned), ownsThis: writableStatics(node) }
    if (node.id !== null && inner.ownsThis) inner.owned.set(this.#facts.bindingAt(node.id.start), 'class')
    return node.body.body.every((member) => {
      if (member.type === 'StaticBlock') return this.#pureStatements(member.body, inner)
      if (member.type === 'TSIndexSignature' || member.type === 'AccessorProperty') return false
      if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') return false
      if (member.decorators.length > 0 || (member.computed && !this.#propertyKey(member.key, region))) return false
      if (member.type === 'PropertyDefinition' && member.static && staticName(member.key, member.computed) === 'prototype') return false
      return member.type === 'MethodDefinition' || !member.static || member.value === null || this.#pure(member.value, inner)
    })
  }

  /** `extends` of something that is a constructor for certain. */
  #knownClass(node: Node): boolean {
    if (node.type === 'Literal' && node.value === null) return true
    if (node.type !== 'Identifier') return false
    const binding = this.#facts.bindingAt(node.start)
    if (binding === FREE) return /^(?:Error|TypeError|RangeError|SyntaxError|Array|Map|Set|WeakMap|Promise|Object|EventTarget|Uint8Array|RegExp)$/.test(node.name)
    const found = this.#classOf(binding)
    return found !== undefined && this.#facts.readableFrom(binding) <= node.start
  }
}

function isDeclaredWithin(occurrences: readonly number[], region: Region): boolean {
  return occurrences.length > 0 && occurrences.every((offset) => offset >= region.start && offset < region.end)
}

function mayBeBigInt(node: Node): boolean {
  return (node.type === 'Literal' && 'bigint' in node && node.bigint !== null && node.bigint !== undefined)
    || (node.type !== 'Literal' && node.type !== 'TemplateLiteral' && node.type !== 'UnaryExpression' && node.type !== 'BinaryExpression')
}
