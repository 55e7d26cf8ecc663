import type { Node } from 'oxc-parser'
import { calledByHosts } from './host-names.ts'
import { keyName, propertyName } from './node-shapes.ts'
import type { SyntaxIndex } from './syntax-index.ts'

/**
 * The nodes of a program that can run: what is at its top, the functions and classes that live code names, and the
 * methods whose name live code mentions in any way: as a property, in a pattern, or in a string. Methods that hosts call
 * by themselves are live, too.
 *
 * @param called names that are mentioned elsewhere; `any` when that is not known: then every method is live
 */
export function liveNodes(index: SyntaxIndex, called: ReadonlySet<string> | 'any'): ReadonlySet<Node> {
  const walk = new LiveWalk(index, called)
  walk.run()
  return walk.live
}

class LiveWalk {
  readonly live = new Set<Node>()
  readonly #index: SyntaxIndex
  readonly #byName: boolean
  readonly #names: Set<string>
  readonly #bindings = new Set<number>()
  readonly #waitingForName = new Map<string, Node[]>()
  readonly #waitingForBinding = new Map<number, Node[]>()
  readonly #open: Node[] = []

  constructor(index: SyntaxIndex, called: ReadonlySet<string> | 'any') {
    this.#index = index
    this.#byName = called !== 'any'
    this.#names = new Set([...calledByHosts, ...(called === 'any' ? [] : called)])
  }

  run(): void {
    this.#open.push(this.#index.program)
    for (let node = this.#open.pop(); node !== undefined; node = this.#open.pop()) {
      if (this.live.has(node) || this.#waits(node)) continue
      this.live.add(node)
      this.#notice(node)
      this.#open.push(...this.#index.childrenOf(node))
    }
  }

  /** A declaration that nothing live has named yet is put aside. */
  #waits(node: Node): boolean {
    if (node.type === 'FunctionDeclaration' && node.id !== null) {
      const binding = this.#index.bindingOf(node.id)
      return binding !== undefined && !this.#index.isShared(binding) && putAside(this.#waitingForBinding, this.#bindings, binding, node)
    }
    if (node.type === 'MethodDefinition' && this.#byName && !node.computed && node.kind !== 'constructor') {
      const name = keyName(node.key)
      return name !== undefined && putAside(this.#waitingForName, this.#names, name, node)
    }
    return false
  }

  #notice(node: Node): void {
    switch (node.type) {
      case 'Identifier': {
        const binding = this.#index.bindingOf(node)
        if (binding !== undefined) this.#release(this.#waitingForBinding, this.#bindings, binding)
        return
      }
      case 'MemberExpression': {
        const name = propertyName(node)
        if (name !== undefined) this.#release(this.#waitingForName, this.#names, name)
        return
      }
      case 'Property': {
        const name = node.computed ? undefined : keyName(node.key)
        if (name !== undefined) this.#release(this.#waitingForName, this.#names, name)
        return
      }
      case 'Literal':
        if (typeof node.value === 'string') this.#release(this.#waitingForName, this.#names, node.value)
        return
      case 'TemplateElement':
        this.#release(this.#waitingForName, this.#names, node.value.cooked ?? node.value.raw)
        return
      default:
    }
  }

  #release<Key>(waiting: Map<Key, Node[]>, seen: Set<Key>, key: Key): void {
    if (seen.has(key)) return
    seen.add(key)
    this.#open.push(...(waiting.get(key) ?? []))
    waiting.delete(key)
  }
}

function putAside<Key>(waiting: Map<Key, Node[]>, seen: ReadonlySet<Key>, key: Key, node: Node): boolean {
  if (seen.has(key)) return false
  const others = waiting.get(key)
  if (others === undefined) waiting.set(key, [node])
  else others.push(node)
  return true
}
