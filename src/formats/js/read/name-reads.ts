import type { Node } from 'oxc-parser'

/** A place where code decides by the name that a class has at run time. */
export interface NameRead {
  readonly offset: number
  /** The names that make a difference there; null where any may. */
  readonly names: readonly string[] | null
}

/** Functions and classes that keep the names they report: all, or those of these names. */
export type KeptNames = boolean | readonly string[]

/** What must keep its name for these reads to go as before. */
export function keptNames(reads: readonly NameRead[]): KeptNames {
  if (reads.some(({ names }) => names === null)) return true
  return [...new Set(reads.flatMap(({ names }) => names ?? []))].sort()
}

/**
 * `this['visit' + node.constructor.name]` and `value.constructor.name === 'Money'` work only while the class is called so.
 * Names that only go into messages, or are compared with the name of another class, may change.
 *
 * @param node a member expression
 */
export function nameRead(node: Node, parent: Node): NameRead | undefined {
  if (!isMember(node, 'name') || !isMember(node.object, 'constructor')) return undefined
  const any: NameRead = { offset: node.start, names: null }
  switch (parent.type) {
    case 'MemberExpression':
      if (parent.computed) return parent.property === node ? any : undefined
      return parent.property.type === 'Identifier' && /^(?:to\w*Case|replace|startsWith|endsWith)$/.test(parent.property.name) ? any : undefined
    case 'SwitchStatement': {
      if (parent.discriminant !== node) return undefined
      const tests = parent.cases.flatMap(({ test }) => (test === null ? [] : [test]))
      const names = tests.flatMap((test) => (test.type === 'Literal' ? [String(test.value)] : []))
      return names.length === tests.length ? { offset: node.start, names } : any
    }
    case 'BinaryExpression': {
      const other = parent.left === node ? parent.right : parent.left
      if (/^[!=]==?$/.test(parent.operator)) {
        if (isMember(other, 'name')) return undefined
        return other.type === 'Literal' ? { offset: node.start, names: [String(other.value)] } : any
      }
      return parent.operator === '+' && other.type === 'Literal' && /^[A-Za-z_$][\w$]*$/.test(String(other.value)) ? any : undefined
    }
    default:
      return undefined
  }
}

function isMember(node: Node, name: string): node is Extract<Node, { type: 'MemberExpression' }> {
  return node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier' && node.property.name === name
}
