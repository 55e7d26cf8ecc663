import type { Node } from 'oxc-parser'
import { drivenBy } from './driven-generators.ts'
import { type AnyFunction, declarationOf, functionAround, functionOf, isFunction, keyName, mentionsArguments, propertyName } from './node-shapes.ts'
import type { SyntaxIndex } from './syntax-index.ts'
import { isTested, wasmSeeds } from './wasm-seeds.ts'

/** Where the exports object of a module goes in a script, as far as that can be followed to the end. */
export interface ExportsFlow {
  /** Each place that takes one export by name. */
  readonly uses: ReadonlyMap<Node, string>
  /** Why it cannot be followed: the first place found. */
  readonly lost?: string
}

/**
 * What is followed: the exports object, or what leads to it: an instance, or an object that holds one, as
 * `WebAssembly.instantiate` gives it. A promise counts as what it resolves to.
 */
type Followed = 'exports' | 'instance'

const called: Readonly<Record<Followed, string>> = { exports: 'the exports object', instance: 'the instance' }

/** What else may take properties of the script's objects. */
export interface Surroundings {
  /** The script hands objects to code that is not known. */
  readonly open: boolean
  /** Every word of the other scripts. */
  readonly words: ReadonlySet<string>
}

/**
 * Follows every instance that the script makes, and every exports object of one or of an imported module file, through
 * variables, parameters of functions of the script and results of functions. What is not understood is lost: then
 * nothing may be dropped.
 */
export function followExports(index: SyntaxIndex, surroundings: Surroundings): ExportsFlow {
  const tracer = new Tracer(index, surroundings)
  tracer.start()
  return tracer.lost === undefined ? { uses: tracer.uses } : { uses: tracer.uses, lost: tracer.lost }
}

class Tracer {
  readonly uses = new Map<Node, string>()
  lost: string | undefined
  readonly #index: SyntaxIndex
  readonly #surroundings: Surroundings
  /** Bindings and functions that are followed already. */
  readonly #seen: Readonly<Record<Followed, Set<unknown>>> = { exports: new Set(), instance: new Set() }

  constructor(index: SyntaxIndex, surroundings: Surroundings) {
    this.#index = index
    this.#surroundings = surroundings
  }

  start(): void {
    const seeds = wasmSeeds(this.#index)
    if (seeds.lost !== undefined) this.#lose(seeds.lost.what, seeds.lost.node)
    for (const { node, name } of seeds.named) this.uses.set(node, name)
    for (const node of seeds.instances) this.#flow(node, 'instance')
    for (const node of seeds.exports) {
      if (node.type === 'Identifier') this.#alias(node, 'exports')
      else this.#flow(node, 'exports')
    }
  }

  #lose(what: string, node: Node): void {
    this.lost ??= `${what} in line ${this.#index.lineOf(node)}`
  }

  #isFollowed(kind: Followed, what: unknown): boolean {
    if (this.#seen[kind].has(what)) return true
    this.#seen[kind].add(what)
    return false
  }

  /** An expression whose value is followed. */
  #flow(value: Node, kind: Followed): void {
    const parent = this.#index.parentOf(value)
    if (parent === undefined) return
    switch (parent.type) {
      case 'MemberExpression':
        if (parent.object === value) this.#member(parent, kind)
        return
      case 'AssignmentExpression':
        if (parent.left === value) return
        if (parent.left.type === 'MemberExpression') {
          if (!this.#isWrittenOnly(parent.left)) this.#lose(`${called[kind]} is stored in a property`, parent)
        } else this.#pattern(parent.left, kind)
        this.#flow(parent, kind)
        return
      case 'VariableDeclarator':
        if (parent.init === value) this.#pattern(parent.id, kind)
        return
      case 'AssignmentPattern':
        if (parent.right === value) this.#pattern(parent.left, kind)
        return
      case 'Property':
        this.#property(parent, value, kind)
        return
      case 'ReturnStatement': {
        const around = functionAround(this.#index, parent)
        if (around !== undefined) this.#result(around, kind)
        return
      }
      case 'ArrowFunctionExpression':
        if (parent.body === value) this.#result(parent, kind)
        return
      case 'CallExpression':
        this.#argument(parent, value, kind)
        return
      case 'NewExpression':
        if (!this.#makesInstance(parent, value)) this.#lose(`${called[kind]} is handed to a constructor`, parent)
        return
      case 'ConditionalExpression':
        if (parent.test !== value) this.#flow(parent, kind)
        return
      case 'LogicalExpression':
        if (parent.operator !== '&&' || parent.right === value) this.#flow(parent, kind)
        return
      case 'SequenceExpression':
        if (parent.expressions.at(-1) === value) this.#flow(parent, kind)
        return
      case 'AwaitExpression':
      case 'ParenthesizedExpression':
      case 'ChainExpression':
        this.#flow(parent, kind)
        return
      case 'YieldExpression': {
        const around = functionAround(this.#index, parent)
        const isDriven = !parent.delegate && around !== undefined && drivenBy(this.#index, around) !== undefined
        if (isDriven) this.#flow(parent, kind)
        else this.#lose(`${called[kind]} is yielded`, parent)
        return
      }
      case 'BinaryExpression':
        if (parent.operator === 'in') this.#lose(`${called[kind]} is searched`, parent)
        return
      case 'UnaryExpression':
      case 'IfStatement':
      case 'ExpressionStatement':
        return
      default:
        this.#lose(`${called[kind]} goes where it cannot be followed (${parent.type})`, parent)
    }
  }

  #member(node: Node & { readonly type: 'MemberExpression' }, kind: Followed): void {
    const name = propertyName(node)
    if (name === undefined) {
      this.#lose(`computed access to ${called[kind]}`, node)
      return
    }
    const call = this.#index.parentOf(node)
    if (call?.type === 'CallExpression' && call.callee === node && (name === 'then' || name === 'catch' || name === 'finally')) {
      this.#settled(call, name, kind)
    } else if (kind === 'exports') this.uses.set(node, name)
    else if (name === 'exports') this.#flow(node, 'exports')
    else if (name === 'instance') this.#flow(node, 'instance')
  }

  /** `promise.then(handler)`: the handler's parameter is followed; without a handler, the result is. */
  #settled(call: Node & { readonly type: 'CallExpression' }, name: string, kind: Followed): void {
    const [handler] = call.arguments
    const handles = name === 'then' && handler !== undefined && !isNothing(handler)
    if (!handles) {
      this.#flow(call, kind)
      return
    }
    const callee = isFunction(handler) ? handler : handler.type === 'Identifier' ? functionOf(this.#index, handler) : undefined
    if (callee === undefined) this.#lose(`${called[kind]} is handed on`, call)
    else this.#parameter(callee, 0, call, kind)
  }

  /** A part of an object that holds what is followed, or of a pattern (which is seen from its other side). */
  #property(property: Node & { readonly type: 'Property' }, value: Node, kind: Followed): void {
    const around = this.#index.parentOf(property)
    if (property.value !== value || around?.type !== 'ObjectExpression') return
    const name = property.computed ? undefined : keyName(property.key)
    if (name === kind) this.#flow(around, 'instance')
    else this.#lose(`${called[kind]} is put into an object`, property)
  }

  /** Imports of a module file by default are modules in some hosts: what comes of them is a seed of its own. */
  #makesInstance(call: Node & { readonly type: 'CallExpression' | 'NewExpression' }, value: Node): boolean {
    if (call.callee === value) return true
    const { callee } = call
    return callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'WebAssembly' && call.arguments[0] === value
  }

  #pattern(target: Node, kind: Followed): void {
    if (target.type === 'Identifier') this.#alias(target, kind)
    else if (target.type === 'AssignmentPattern') this.#pattern(target.left, kind)
    else if (target.type === 'ObjectPattern') {
      for (const part of target.properties) {
        const name = part.type === 'RestElement' || part.computed ? undefined : keyName(part.key)
        if (part.type === 'RestElement' || name === undefined) this.#lose(`${called[kind]} is taken apart`, part)
        else if (kind === 'exports') this.uses.set(part, name)
        else if (name === 'exports') this.#pattern(part.value, 'exports')
        else if (name === 'instance') this.#pattern(part.value, 'instance')
      }
    } else this.#lose(`${called[kind]} is taken apart`, target)
  }

  #alias(identifier: Node, kind: Followed): void {
    const binding = this.#index.bindingOf(identifier)
    if (binding === undefined || this.#index.isShared(binding)) {
      this.#lose(`${called[kind]} is stored in a variable that other scripts can read`, identifier)
      return
    }
    if (this.#isFollowed(kind, binding)) return
    for (const other of this.#index.identifiersOf(binding)) {
      const parent = this.#index.parentOf(other)
      const declares = parent?.type === 'VariableDeclarator' && parent.id === other
      const isParameter = parent !== undefined && isFunction(parent) && (parent.params as readonly Node[]).includes(other)
      if (!declares && !isParameter && parent?.type !== 'ImportNamespaceSpecifier' && parent?.type !== 'ImportDefaultSpecifier') this.#flow(other, kind)
    }
  }

  #argument(call: Node & { readonly type: 'CallExpression' }, value: Node, kind: Followed): void {
    if (this.#makesInstance(call, value)) return
    const promise = call.callee.type === 'Identifier' ? this.#resolvedBy(call.callee) : undefined
    if (promise !== undefined) {
      this.#flow(promise, kind)
      return
    }
    const callee = call.callee.type === 'Identifier' ? functionOf(this.#index, call.callee) : isFunction(call.callee) ? call.callee : undefined
    const position = (call.arguments as readonly Node[]).indexOf(value)
    if (callee === undefined || call.arguments.some(({ type }) => type === 'SpreadElement')) {
      this.#lose(`${called[kind]} is handed to a function`, call)
    } else this.#parameter(callee, position, call, kind)
  }

  /** The function gets what is followed as that argument. */
  #parameter(callee: AnyFunction, position: number, call: Node, kind: Followed): void {
    const parameters = callee.params as readonly Node[]
    if (mentionsArguments(this.#index, callee) || parameters.some(({ type }) => type === 'RestElement')) {
      this.#lose(`${called[kind]} is handed to a function`, call)
      return
    }
    const parameter = parameters[position]
    if (parameter !== undefined) this.#pattern(parameter, kind)
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

  /** Every call of the function has what is followed as its value. */
  #result(callee: AnyFunction, kind: Followed): void {
    if (this.#isFollowed(kind, callee)) return
    const parent = this.#index.parentOf(callee)
    const names: Node[] = callee.id === null ? [] : [callee.id]
    if (callee.type !== 'FunctionDeclaration' && parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') names.push(parent.id)
    else if (callee.type !== 'FunctionDeclaration') this.#resultOfExpression(callee, parent, kind)
    else if (names.length === 0) this.#lose(`a function that returns ${called[kind]} is exported`, callee)
    for (const name of names) this.#calls(name, kind)
  }

  #resultOfExpression(callee: AnyFunction, parent: Node | undefined, kind: Followed): void {
    const call = parent?.type === 'CallExpression' ? parent : undefined
    const drives = drivenBy(this.#index, callee)
    if (drives !== undefined) {
      this.#flow(drives, kind)
      return
    }
    if (call === undefined) this.#lose(`a function that returns ${called[kind]} cannot be followed`, callee)
    else if (call.callee === callee) this.#flow(call, kind)
    else if (call.callee.type === 'MemberExpression' && /^(?:then|catch)$/.test(propertyName(call.callee) ?? '')) this.#flow(call, kind)
    else this.#lose(`a function that returns ${called[kind]} is handed on`, callee)
  }

  /** Every call of the function under that name, and under names that it is given. */
  #calls(name: Node, kind: Followed): void {
    const text = 'name' in name ? String(name.name) : 'a function'
    const binding = this.#index.bindingOf(name)
    if (binding === undefined || this.#index.isShared(binding)) {
      this.#lose(`${text}, which returns ${called[kind]}, can be called by other scripts`, name)
      return
    }
    if (this.#isFollowed(kind, `calls of ${binding}`)) return
    for (const other of this.#index.identifiersOf(binding)) {
      if (declarationOf(this.#index, other) !== undefined || this.#isOwnName(other)) continue
      const around = this.#index.parentOf(other)
      if (around?.type === 'CallExpression' && around.callee === other) this.#flow(around, kind)
      else if (around?.type === 'VariableDeclarator' && around.init === other && around.id.type === 'Identifier') this.#calls(around.id, kind)
      else if (around?.type === 'CallExpression' && this.#isHandler(around, other)) this.#flow(around, kind)
      else if (!isPlainProperty(around, other) && !isTested(this.#index, other)) {
        this.#lose(`${text}, which returns ${called[kind]}, is handed on`, other)
      }
    }
  }

  #isOwnName(identifier: Node): boolean {
    const parent = this.#index.parentOf(identifier)
    return parent?.type === 'FunctionExpression' && parent.id === identifier
  }

  #isHandler(call: Node & { readonly type: 'CallExpression' }, handler: Node): boolean {
    return (
      call.callee.type === 'MemberExpression' &&
      /^(?:then|catch)$/.test(propertyName(call.callee) ?? '') &&
      (call.arguments as readonly Node[]).includes(handler)
    )
  }

  /** Is the property (`init.__wbindgen_wasm_module`) named nowhere else, not even in a string? Then nobody reads it. */
  #isWrittenOnly(target: Node & { readonly type: 'MemberExpression' }): boolean {
    const name = propertyName(target)
    if (name === undefined || this.#surroundings.open || this.#surroundings.words.has(name) || !this.#isOwn(target)) return false
    for (const node of this.#index.nodesIn(this.#index.program)) if (node !== target && mentions(node, name)) return false
    return true
  }

  /** Does the object that the property belongs to start at a name of this script, which others do not see? */
  #isOwn(target: Node): boolean {
    let root = target
    while (root.type === 'MemberExpression') root = root.object
    if (root.type !== 'Identifier') return false
    const binding = this.#index.bindingOf(root)
    return binding !== undefined && !this.#index.isShared(binding)
  }
}

function isNothing(node: Node): boolean {
  return (node.type === 'Literal' && node.value === null) || (node.type === 'Identifier' && node.name === 'undefined')
}

/** `init.module`: a property of the function itself, which does not call it. */
function isPlainProperty(around: Node | undefined, object: Node): boolean {
  if (around?.type !== 'MemberExpression' || around.object !== object) return false
  const name = propertyName(around)
  return name !== undefined && !/^(?:call|apply|bind|toString|prototype|constructor)$/.test(name)
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
