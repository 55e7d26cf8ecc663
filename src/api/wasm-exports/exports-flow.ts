import type { ArrowFunctionExpression, Function as FunctionNode, Node } from 'oxc-parser'
import type { SyntaxIndex } from './syntax-index.ts'

/** Where the exports object of a module goes in a script, as far as that can be followed to the end. */
export interface ExportsFlow {
  /** Each place that takes one export by name. */
  readonly uses: ReadonlyMap<Node, string>
  /** Why it cannot be followed: the first place found. */
  readonly lost?: string
}

type AnyFunction = FunctionNode | ArrowFunctionExpression

/**
 * Follows every exports object (`instance.exports`, `import * as wasm from './x.wasm'`) through variables, parameters
 * of functions of the script and results of functions. What is not understood is lost: then nothing may be dropped.
 */
export function followExports(index: SyntaxIndex): ExportsFlow {
  const tracer = new Tracer(index)
  tracer.start(index.program)
  return tracer.lost === undefined ? { uses: tracer.uses } : { uses: tracer.uses, lost: tracer.lost }
}

class Tracer {
  readonly uses = new Map<Node, string>()
  lost: string | undefined
  readonly #index: SyntaxIndex
  readonly #aliases = new Set<number>()
  readonly #functions = new Set<Node>()

  constructor(index: SyntaxIndex) {
    this.#index = index
  }

  start(node: Node): void {
    const open = [node]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      this.#seed(next)
      open.push(...this.#index.childrenOf(next))
    }
  }

  #lose(what: string, node: Node): void {
    this.lost ??= `${what} in line ${this.#index.lineOf(node)}`
  }

  #seed(node: Node): void {
    if (node.type === 'MemberExpression' && propertyName(node) === 'exports' && !this.#isCommonJs(node.object)) this.#flow(node)
    if (node.type === 'ImportDeclaration' && /\.wasm(?:\?.*)?$/.test(node.source.value)) {
      for (const specifier of node.specifiers) {
        if (specifier.type === 'ImportSpecifier') {
          this.uses.set(specifier, specifier.imported.type === 'Literal' ? specifier.imported.value : specifier.imported.name)
        } else this.#alias(specifier.local)
      }
    }
    if (node.type === 'Property' && this.#index.parentOf(node)?.type === 'ObjectPattern' && !node.computed && keyName(node.key) === 'exports') {
      this.#pattern(node.value)
    }
  }

  /** Is the property (`module.exports.__wasm`) named nowhere else, not even in a string? Then nobody reads it. */
  #isWrittenOnly(target: Node): boolean {
    const name = target.type === 'MemberExpression' ? propertyName(target) : undefined
    if (name === undefined || !this.#isOwn(target)) return false
    const open: Node[] = [this.#index.program]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node !== target && mentions(node, name)) return false
      open.push(...this.#index.childrenOf(node))
    }
    return true
  }

  /** Does the object that the property belongs to start at a name of this script, which others do not see? */
  #isOwn(target: Node): boolean {
    let root = target
    while (root.type === 'MemberExpression') root = root.object
    return root.type === 'Identifier' && this.#index.bindingOf(root) !== undefined
  }

  /** `module.exports` and the `{exports: {}}` of bundlers are not what is looked for. */
  #isCommonJs(object: Node): boolean {
    if (object.type === 'AssignmentExpression') return object.right.type === 'ObjectExpression'
    return object.type === 'Identifier' && /^_*(module|mod)\d*$/i.test(object.name)
  }

  /** An expression whose value is the exports object, or a promise of it. */
  #flow(value: Node): void {
    const parent = this.#index.parentOf(value)
    if (parent === undefined) return
    switch (parent.type) {
      case 'MemberExpression':
        if (parent.object === value) this.#member(parent)
        return
      case 'AssignmentExpression':
        if (parent.left === value) return
        if (parent.left.type === 'Identifier') this.#alias(parent.left)
        else if (!this.#isWrittenOnly(parent.left)) this.#lose('the exports object is stored in a property', parent)
        this.#flow(parent)
        return
      case 'VariableDeclarator':
        if (parent.init === value) this.#pattern(parent.id)
        return
      case 'ReturnStatement': {
        const around = this.#functionAround(parent)
        if (around !== undefined) this.#result(around)
        return
      }
      case 'ArrowFunctionExpression':
        if (parent.body === value) this.#result(parent)
        return
      case 'CallExpression':
        this.#argument(parent, value)
        return
      case 'ConditionalExpression':
        if (parent.test !== value) this.#flow(parent)
        return
      case 'LogicalExpression':
        if (parent.operator !== '&&' || parent.right === value) this.#flow(parent)
        return
      case 'SequenceExpression':
        if (parent.expressions.at(-1) === value) this.#flow(parent)
        return
      case 'AwaitExpression':
      case 'ParenthesizedExpression':
      case 'ChainExpression':
        this.#flow(parent)
        return
      case 'BinaryExpression':
      case 'UnaryExpression':
      case 'IfStatement':
      case 'ExpressionStatement':
        if (parent.type === 'BinaryExpression' && parent.operator === 'in') this.#lose('the exports object is searched', parent)
        return
      default:
        this.#lose(`the exports object goes where it cannot be followed (${parent.type})`, parent)
    }
  }

  #member(node: Node & { readonly type: 'MemberExpression' }): void {
    const name = propertyName(node)
    if (name === undefined) {
      this.#lose('computed access to the exports object', node)
      return
    }
    const call = this.#index.parentOf(node)
    if (name === 'then' && call?.type === 'CallExpression' && call.callee === node) {
      for (const handler of call.arguments) this.#handler(handler, call)
      return
    }
    this.uses.set(node, name)
  }

  /** `init().then(handler)`: the handler's parameter is the exports object. */
  #handler(handler: Node, call: Node): void {
    if (handler.type !== 'ArrowFunctionExpression' && handler.type !== 'FunctionExpression') {
      this.#lose('the exports object is handed on', call)
      return
    }
    const [first] = handler.params
    if (first !== undefined) this.#pattern(first)
  }

  #pattern(target: Node): void {
    if (target.type === 'Identifier') this.#alias(target)
    else if (target.type === 'ObjectPattern') {
      for (const part of target.properties) {
        if (part.type === 'RestElement' || part.computed) this.#lose('the exports object is taken apart', part)
        else this.uses.set(part, keyName(part.key) ?? '')
      }
    } else this.#lose('the exports object is taken apart', target)
  }

  #alias(identifier: Node): void {
    const binding = this.#index.bindingOf(identifier)
    if (binding === undefined) {
      this.#lose('the exports object is stored in a global variable', identifier)
      return
    }
    if (this.#aliases.has(binding)) return
    this.#aliases.add(binding)
    for (const other of this.#index.identifiersOf(binding)) {
      const parent = this.#index.parentOf(other)
      const declares = parent?.type === 'VariableDeclarator' && parent.id === other
      const isParameter = parent !== undefined && isFunction(parent) && (parent.params as readonly Node[]).includes(other)
      if (!declares && !isParameter && parent?.type !== 'ImportNamespaceSpecifier' && parent?.type !== 'ImportDefaultSpecifier') this.#flow(other)
    }
  }

  #argument(call: Node & { readonly type: 'CallExpression' }, value: Node): void {
    if (call.callee === value) return
    const promise = call.callee.type === 'Identifier' ? this.#resolvedBy(call.callee) : undefined
    if (promise !== undefined) {
      this.#flow(promise)
      return
    }
    const callee = call.callee.type === 'Identifier' ? this.#functionOf(call.callee) : undefined
    const position = (call.arguments as readonly Node[]).indexOf(value)
    const parameter = callee?.params[position]
    if (callee === undefined || call.arguments.some(({ type }) => type === 'SpreadElement')) {
      this.#lose('the exports object is handed to a function', call)
    } else if (parameter !== undefined) this.#pattern(parameter)
    else if (this.#mentionsArguments(callee)) this.#lose('the exports object is handed to a function', call)
  }

  /** The `new Promise((resolve) => …)` that calling this identifier resolves. */
  #resolvedBy(identifier: Node): Node | undefined {
    const binding = this.#index.bindingOf(identifier)
    for (const other of binding === undefined ? [] : this.#index.identifiersOf(binding)) {
      const executor = this.#index.parentOf(other)
      const made = executor && this.#index.parentOf(executor)
      if (executor === undefined || !isFunction(executor) || (executor.params as readonly Node[])[0] !== other) continue
      if (made?.type === 'NewExpression' && made.callee.type === 'Identifier' && made.callee.name === 'Promise') return made
    }
    return undefined
  }

  /** Every call of the function has the exports object as its value. */
  #result(callee: AnyFunction): void {
    if (this.#functions.has(callee)) return
    this.#functions.add(callee)
    const parent = this.#index.parentOf(callee)
    const name =
      callee.type === 'FunctionDeclaration' ? callee.id : parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id : null
    if (name === null) {
      const call = parent?.type === 'CallExpression' ? parent : undefined
      if (call === undefined) this.#lose('a function that returns the exports object cannot be followed', callee)
      else if (call.callee === callee) this.#flow(call)
      else if (call.callee.type === 'MemberExpression' && propertyName(call.callee) === 'then') this.#flow(call)
      else this.#lose('a function that returns the exports object is handed on', callee)
      return
    }
    this.#calls(name)
  }

  /** Every call of the function under that name, and under names that it is given. */
  #calls(name: Node): void {
    const binding = this.#index.bindingOf(name)
    if (binding === undefined) {
      this.#lose('a function that returns the exports object is global', name)
      return
    }
    for (const other of this.#index.identifiersOf(binding)) {
      if (other === name) continue
      const around = this.#index.parentOf(other)
      if (around?.type === 'CallExpression' && around.callee === other) this.#flow(around)
      else if (around?.type === 'VariableDeclarator' && around.init === other && around.id.type === 'Identifier') this.#calls(around.id)
      else if (!(around?.type === 'MemberExpression' && around.object === other && propertyName(around) !== undefined)) {
        this.#lose(`${'name' in other ? String(other.name) : 'a function'}, which returns the exports object, is handed on`, other)
      }
    }
  }

  #functionAround(node: Node): AnyFunction | undefined {
    let around: Node | undefined = node
    while (around !== undefined && !isFunction(around)) around = this.#index.parentOf(around)
    return around
  }

  #functionOf(identifier: Node): AnyFunction | undefined {
    const binding = this.#index.bindingOf(identifier)
    const found: AnyFunction[] = []
    for (const other of binding === undefined ? [] : this.#index.identifiersOf(binding)) {
      const parent = this.#index.parentOf(other)
      if (parent?.type === 'FunctionDeclaration' && parent.id === other) found.push(parent)
      if (parent?.type === 'AssignmentExpression' && parent.left === other) return undefined
    }
    return found.length === 1 ? found[0] : undefined
  }

  #mentionsArguments(callee: AnyFunction): boolean {
    const open: Node[] = [callee]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node.type === 'Identifier' && node.name === 'arguments') return true
      open.push(...this.#index.childrenOf(node))
    }
    return false
  }
}

function isFunction(node: Node): node is AnyFunction {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
}

function mentions(node: Node, name: string): boolean {
  switch (node.type) {
    case 'MemberExpression':
      return propertyName(node) === name
    case 'Property':
      return keyName(node.key) === name
    case 'Literal':
      return node.value === name
    case 'TemplateElement':
      return node.value.cooked === name
    default:
      return false
  }
}

/** The name of the property that is accessed; undefined when it is computed. */
export function propertyName(node: Node & { readonly type: 'MemberExpression' }): string | undefined {
  if (!node.computed) return keyName(node.property)
  return node.property.type === 'Literal' && typeof node.property.value === 'string' ? node.property.value : undefined
}

export function keyName(key: Node): string | undefined {
  if (key.type === 'Identifier') return key.name
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  return key.type === 'Literal' ? String(key.value) : undefined
}
