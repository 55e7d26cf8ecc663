import type { MethodDefinition, Node, PrivateIdentifier, PropertyDefinition } from 'oxc-parser'
import type { ClassLike, CodeFacts } from './code-facts.ts'
import { childrenOf } from './code-facts.ts'
import type { DeadRange } from './dead-declarations.ts'
import type { Purity } from './purity.ts'

type PrivateMember = MethodDefinition | PropertyDefinition

/**
 * Finds `#private` methods and fields that nothing in their class mentions. A private name can be mentioned nowhere
 * else (ECMA-262, 15.7.1), so this needs no knowledge of the rest of the program.
 */
export function findDeadPrivateMembers(facts: CodeFacts, purity: Purity): DeadRange[] {
  const ranges: DeadRange[] = []
  const visit = (node: Node): void => {
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') ranges.push(...deadMembers(node, facts, purity))
    for (const child of childrenOf(node, facts.visitorKeys)) visit(child)
  }
  for (const statement of facts.program.body) visit(statement)
  return ranges
}

function deadMembers(node: ClassLike, facts: CodeFacts, purity: Purity): DeadRange[] {
  // an instance that a superclass hands out twice must still be refused its second set of private members
  if (node.superClass !== null) return []
  const members = new Map<string, PrivateMember[]>()
  for (const member of node.body.body) {
    if ((member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') || member.key.type !== 'PrivateIdentifier') continue
    if (member.decorators.length > 0) return []
    members.set(member.key.name, [...(members.get(member.key.name) ?? []), member])
  }
  if (members.size === 0) return []

  /** Name mentioned → the private members that mention it; '' for the rest of the class. */
  const mentions = new Map<string, Set<string>>()
  for (const member of node.body.body) {
    const own = isPrivate(member) ? member.key.name : ''
    for (const name of mentionedIn(member, facts)) mentions.set(name, (mentions.get(name) ?? new Set()).add(own))
  }
  const live = new Set([...members.keys()].filter((name) => mentions.get(name)?.has('') === true || !members.get(name)!.every((member) => isRemovable(member, purity))))
  for (let grew = true; grew; ) {
    grew = false
    for (const name of members.keys()) {
      if (live.has(name) || ![...(mentions.get(name) ?? [])].some((by) => live.has(by))) continue
      live.add(name)
      grew = true
    }
  }
  return [...members].flatMap(([name, list]) =>
    live.has(name) ? [] : list.map((member) => ({ start: member.start, end: member.end, name: `#${name}` })))
}

function isPrivate(member: Node): member is PrivateMember & { readonly key: PrivateIdentifier } {
  return (member.type === 'MethodDefinition' || member.type === 'PropertyDefinition') && member.key.type === 'PrivateIdentifier'
}

function isRemovable(member: PrivateMember, purity: Purity): boolean {
  return member.type === 'MethodDefinition' || member.value === null || purity.isPure(member.value)
}

/** Private names in a member, its own declaration left out; those that an inner class declares itself count too. */
function* mentionedIn(member: Node, facts: CodeFacts): Iterable<string> {
  const own = isPrivate(member) ? member.key : undefined
  const stack: Node[] = [member]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === 'PrivateIdentifier' && node !== own) yield node.name
    stack.push(...childrenOf(node, facts.visitorKeys))
  }
}
