import type { Node } from 'oxc-parser'
import { ShrinkError } from '../../core/errors.ts'
import type { Platform } from '../bundle-options.ts'
import { readCode } from '../shake/code-facts.ts'
import type { CodeFacts } from '../shake/code-facts.ts'
import { findEffects } from '../shake/dead-declarations.ts'
import { readDefinitions } from '../shake/definitions.ts'
import { Purity } from '../shake/purity.ts'

/** A statement at the top of a module that cannot be proved to do nothing. */
export interface SideEffectStatement {
  /** 1-based. */
  readonly line: number
  readonly text: string
  readonly what: string
}

/** At most `limit` of them; none for text that does not parse (TypeScript: give it compiled). */
export async function sideEffectStatements(path: string, text: string, platform: Platform, limit: number): Promise<SideEffectStatement[]> {
  const facts = await readCode(path, text, 'esm').catch(() => readCode(path, text, 'cjs')).catch((error: unknown) => {
    if (error instanceof ShrinkError) return undefined
    throw error
  })
  if (facts === undefined) return []
  const definitions = readDefinitions(facts)
  const imported = importedBindings(facts)
  const nodes = findEffects(facts, definitions, new Purity(facts, platform, definitions))
    .filter((node) => !extendsImport(node, facts, imported))
  return nodes.slice(0, limit).map((node) => {
    const written = text.slice(node.start, node.end).replace(/\s+/g, ' ')
    return {
      line: text.slice(0, node.start).split('\n').length,
      text: written.length > 90 ? `${written.slice(0, 87)}…` : written,
      what: describe(node, facts),
    }
  })
}

function importedBindings(facts: CodeFacts): Set<number> {
  const found = new Set<number>()
  for (const statement of facts.program.body) {
    if (statement.type === 'ImportDeclaration') for (const { local } of statement.specifiers) found.add(facts.bindingAt(local.start))
  }
  return found
}

/** Bundlers see across modules that what is extended is a class; this look at one file does not. */
function extendsImport(node: Node, facts: CodeFacts, imported: ReadonlySet<number>): boolean {
  return node.type === 'ClassDeclaration' && node.superClass?.type === 'Identifier' && node.decorators.length === 0
    && imported.has(facts.bindingAt(node.superClass.start)) && !node.body.body.some((member) => member.type === 'StaticBlock')
}

function describe(node: Node, facts: CodeFacts): string {
  const value = node.type === 'ExpressionStatement' ? node.expression : node.type === 'VariableDeclarator' ? node.init : node
  switch (value?.type) {
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (value.decorators.length > 0) return 'a decorated class'
      if (value.body.body.some((member) => member.type === 'StaticBlock')) return 'a class with a static block'
      if (value.superClass !== null) return 'a class that extends something not known'
      return 'a class whose static members run code'
    case 'CallExpression': {
      const { callee } = value
      if (callee.type === 'FunctionExpression' || callee.type === 'ArrowFunctionExpression') {
        return /\.prototype\b/.test(facts.text.slice(callee.start, callee.end)) ? 'an ES5 class made by a function that is called' : 'a function that is called where it is written'
      }
      return 'a call without a /* @__PURE__ */ mark'
    }
    case 'NewExpression':
      return 'an object made without a /* @__PURE__ */ mark'
    case 'AssignmentExpression':
      return value.left.type === 'MemberExpression' ? 'an assignment to a property' : 'an assignment'
    case 'MemberExpression':
      return 'a property that is read: it may be a getter'
    case 'AwaitExpression':
      return 'an await'
    default:
      return node.type.endsWith('Statement') ? 'a statement that runs when the module is loaded' : 'a value that is worked out when the module is loaded'
  }
}
