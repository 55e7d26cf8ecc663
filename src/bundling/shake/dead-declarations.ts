import type { Node } from 'oxc-parser'
import { FREE } from '../../formats/js/scope/scopes.ts'
import type { CodeFacts, NodeOf } from './code-facts.ts'
import { memberName } from './code-facts.ts'
import type { Definitions } from './definitions.ts'
import type { Purity } from './purity.ts'
import { freshKind, writableStatics } from './fresh-objects.ts'

/** A stretch of the text that can go: nothing that stays refers to it, and running it does nothing. */
export interface DeadRange {
  readonly start: number
  readonly end: number
  /** Name of what was declared, for the report. */
  readonly name: string
}

/** A statement or declarator at the top of the file that stays only if what it defines is used. */
interface Piece {
  readonly start: number
  readonly end: number
  /** Bindings whose use keeps it. None: it has no effect and defines nothing. */
  readonly keptBy: readonly number[]
  readonly declarator?: NodeOf<'VariableDeclaration'>
}

/**
 * Finds top-level declarations, and statements that only build what they declare (`K.x = 1`, enum functions), that
 * nothing uses. What is exported or mentioned in a statement with effects is used, and so is whatever it mentions.
 */
export function findDeadDeclarations(facts: CodeFacts, definitions: Definitions, purity: Purity): DeadRange[] {
  const pieces: Piece[] = []
  const roots: Node[] = []
  for (const statement of facts.program.body) collect(statement, facts, definitions, purity, pieces, roots)

  const references = topReferences(facts)
  const keepers = new Map<number, Piece[]>()
  for (const piece of pieces) {
    for (const binding of piece.keptBy) keepers.set(binding, [...(keepers.get(binding) ?? []), piece])
  }
  const live = new Set<number>()
  const livePieces = new Set<Piece>()
  const queue = roots.map(({ start, end }): readonly [number, number] => [start, end])
  for (let range = queue.pop(); range !== undefined; range = queue.pop()) {
    for (const binding of references.within(range[0], range[1])) {
      if (live.has(binding)) continue
      live.add(binding)
      for (const piece of keepers.get(binding) ?? []) {
        if (livePieces.has(piece)) continue
        livePieces.add(piece)
        queue.push([piece.start, piece.end])
      }
    }
  }
  return deadRanges(pieces.filter((piece) => !livePieces.has(piece)), facts)
}

/** Statements and declarators at the top that cannot be proved to do nothing, in the order of the text. */
export function findEffects(facts: CodeFacts, definitions: Definitions, purity: Purity): Node[] {
  const effects: Node[] = []
  for (const statement of facts.program.body) {
    const declared = statement.type === 'ExportNamedDeclaration' && statement.declaration !== null
      ? statement.declaration
      : statement.type === 'ExportDefaultDeclaration' ? statement.declaration : statement
    if (/^(?:Import|Export|TS)/.test(declared.type)) continue
    if (declared.type === 'FunctionDeclaration' || (declared === statement ? false : declared.type === 'FunctionExpression')) continue
    if (statement.type === 'ExportDefaultDeclaration' && declared.type !== 'ClassDeclaration') {
      if (!purity.isPure(declared)) effects.push(declared)
      continue
    }
    const roots: Node[] = []
    collect(declared, facts, definitions, purity, [], roots)
    effects.push(...roots)
  }
  return effects
}

function collect(
  statement: Node,
  facts: CodeFacts,
  definitions: Definitions,
  purity: Purity,
  pieces: Piece[],
  roots: Node[],
): void {
  const root = (node: Node): void => void roots.push(node)
  switch (statement.type) {
    case 'FunctionDeclaration':
      if (statement.id === null) return root(statement)
      pieces.push({ start: statement.start, end: statement.end, keptBy: [facts.bindingAt(statement.id.start)] })
      return
    case 'ClassDeclaration':
      if (statement.id === null || !purity.isPureClass(statement)) return root(statement)
      pieces.push({ start: statement.start, end: statement.end, keptBy: [facts.bindingAt(statement.id.start)] })
      return
    case 'VariableDeclaration':
      if (statement.kind === 'using' || statement.kind === 'await using') return root(statement)
      for (const declarator of statement.declarations) {
        const { id, init } = declarator
        const removable = id.type === 'Identifier' && (init === null || purity.isPure(init) || buildsItself(init, id, facts, purity))
        if (removable) pieces.push({ start: declarator.start, end: declarator.end, keptBy: [facts.bindingAt(id.start)], declarator: statement })
        else root(declarator)
      }
      return
    case 'ExpressionStatement': {
      if ('directive' in statement && typeof statement.directive === 'string') return
      if (purity.isPure(statement.expression)) {
        pieces.push({ start: statement.start, end: statement.end, keptBy: [] })
        return
      }
      const built = builtBinding(statement.expression, facts, definitions, purity)
      if (built === undefined) return root(statement)
      pieces.push({ start: statement.start, end: statement.end, keptBy: [built] })
      return
    }
    case 'EmptyStatement':
      return
    default:
      root(statement)
  }
}

/** `var E = (function (E) { … })(E || {})`: as esbuild and newer compilers write enums. */
function buildsItself(init: Node, id: Node, facts: CodeFacts, purity: Purity): boolean {
  if (init.type !== 'CallExpression' || init.arguments.length !== 1 || id.type !== 'Identifier') return false
  const [argument] = init.arguments
  if (argument!.type !== 'LogicalExpression' || argument!.left.type !== 'Identifier') return false
  if (facts.bindingAt(argument!.left.start) !== facts.bindingAt(id.start)) return false
  return argument!.right.type === 'ObjectExpression' && argument!.right.properties.length === 0
    && purity.isPure(init, { binding: facts.bindingAt(id.start), as: 'object' })
}

/** The top-level binding that a statement adds to, when that is all it does. */
function builtBinding(expression: Node, facts: CodeFacts, definitions: Definitions, purity: Purity): number | undefined {
  const byCall = purity.builtByCall(expression)
  if (byCall !== undefined) return facts.isTop(byCall) && startsFresh(byCall, facts, definitions) ? byCall : undefined
  if (expression.type !== 'AssignmentExpression' || expression.operator !== '=') return undefined
  const { left } = expression
  if (left.type === 'Identifier') {
    // write-only variable: the value is never read if nothing that stays mentions it
    const binding = facts.bindingAt(left.start)
    return binding !== FREE && facts.isTop(binding) && isVariable(binding, facts) && purity.isPure(expression.right) ? binding : undefined
  }
  if (left.type !== 'MemberExpression') return undefined
  const base = left.object.type === 'MemberExpression' && memberName(left.object) === 'prototype' ? left.object.object : left.object
  if (base.type !== 'Identifier') return undefined
  const binding = facts.bindingAt(base.start)
  if (binding === FREE || !facts.isTop(binding)) return undefined
  const as = freshDefinition(binding, facts, definitions)
  return as !== undefined && purity.isPure(expression, { binding, as }) ? binding : undefined
}

/** `var E` without a value, or with a fresh object: what the builder function gets is an object that it may write to. */
function startsFresh(binding: number, facts: CodeFacts, definitions: Definitions): boolean {
  if (!definitions.holdsOnlyFresh(binding)) return false
  const declarators = declaratorsOf(binding, facts)
  if (declarators.length === 0) return freshDefinition(binding, facts, definitions) !== undefined
  return declarators.every(({ init }) => init === null || freshKind(init) !== undefined)
}

function freshDefinition(binding: number, facts: CodeFacts, definitions: Definitions): 'object' | 'function' | 'class' | undefined {
  const fn = definitions.functionOf(binding)
  if (fn !== undefined) return 'function'
  const cls = definitions.classOf(binding)
  if (cls !== undefined) return writableStatics(cls) ? 'class' : undefined
  if (!definitions.holdsOnlyFresh(binding)) return undefined
  const [declarator, ...others] = declaratorsOf(binding, facts)
  const init = others.length === 0 ? declarator?.init : undefined
  return init === null || init === undefined ? undefined : freshKind(init)
}

function declaratorsOf(binding: number, facts: CodeFacts): NodeOf<'VariableDeclarator'>[] {
  return facts.program.body.flatMap((statement) =>
    statement.type === 'VariableDeclaration'
      ? statement.declarations.filter(({ id }) => id.type === 'Identifier' && facts.bindingAt(id.start) === binding)
      : [])
}

/** Declared with `var` or `let`: assigning to it cannot throw. */
function isVariable(binding: number, facts: CodeFacts): boolean {
  return facts.program.body.some((statement) =>
    statement.type === 'VariableDeclaration' && statement.kind !== 'const'
    && statement.declarations.some(({ id }) => id.type === 'Identifier' && facts.bindingAt(id.start) === binding))
}

/** Occurrences of top-level bindings in text order, for looking up by range. */
function topReferences(facts: CodeFacts): { within(start: number, end: number): Iterable<number> } {
  const { offsets, bindings, occurrenceCount } = facts.scopes
  const at: number[] = []
  const of: number[] = []
  for (let i = 0; i < occurrenceCount; i++) {
    const binding = bindings[i]!
    if (binding === FREE || !facts.isTop(binding)) continue
    at.push(offsets[i]!)
    of.push(binding)
  }
  const firstFrom = (offset: number): number => {
    let low = 0
    let high = at.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (at[middle]! < offset) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    *within(start, end) {
      for (let i = firstFrom(start); i < at.length && at[i]! < end; i++) yield of[i]!
    },
  }
}

function deadRanges(dead: readonly Piece[], facts: CodeFacts): DeadRange[] {
  const ranges: DeadRange[] = []
  const perDeclaration = new Map<NodeOf<'VariableDeclaration'>, Piece[]>()
  const nameOf = (piece: Piece): string => facts.scopes.names[piece.keptBy[0] ?? FREE] ?? 'a value nothing uses'
  for (const piece of dead) {
    if (piece.declarator === undefined) ranges.push({ start: piece.start, end: piece.end, name: nameOf(piece) })
    else perDeclaration.set(piece.declarator, [...(perDeclaration.get(piece.declarator) ?? []), piece])
  }
  for (const [declaration, gone] of perDeclaration) {
    const all = declaration.declarations
    if (gone.length === all.length) {
      ranges.push({ start: declaration.start, end: declaration.end, name: gone.map(nameOf).join(', ') })
      continue
    }
    const goneStarts = new Set(gone.map((piece) => piece.start))
    const firstKept = all.findIndex((declarator) => !goneStarts.has(declarator.start))
    for (const [index, declarator] of all.entries()) {
      if (!goneStarts.has(declarator.start)) continue
      // with the comma after it at the head of the list, with the one before it elsewhere
      const start = index < firstKept ? declarator.start : all[index - 1]!.end
      const end = index < firstKept ? all[index + 1]!.start : declarator.end
      ranges.push({ start, end, name: facts.scopes.names[facts.bindingAt(declarator.id.start)] ?? '' })
    }
  }
  return ranges.sort((a, b) => a.start - b.start)
}
