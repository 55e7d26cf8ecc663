import type { Node } from 'oxc-parser'
import { ShrinkError } from '../../core/errors.ts'

export interface ImportStatement {
  readonly specifier: string
  /** 1-based. */
  readonly line: number
  /** The statement or call as written, on one line and not too long. */
  readonly text: string
  readonly kind: 'import' | 're-export' | 'namespace-re-export' | 'require' | 'dynamic-import'
  /** Names taken from the module; `*` for the namespace object. Empty for a bare import. */
  readonly names: readonly string[]
}

/** Everything in a source that loads another module under a fixed name, in the order of the text. */
export async function importStatements(path: string, text: string): Promise<ImportStatement[]> {
  const { parseSync, visitorKeys } = await import('oxc-parser')
  const { program, errors } = parseSync(path, text, { preserveParens: false })
  if (errors.some((error) => error.severity === 'Error') && program.body.length === 0) {
    throw new ShrinkError('artifact/syntax', `${errors[0]!.message}`)
  }
  const found: ImportStatement[] = []
  const add = (node: Node, specifier: string, kind: ImportStatement['kind'], names: readonly string[]): void => {
    const line = text.slice(0, node.start).split('\n').length
    const written = text.slice(node.start, node.end).replace(/\s+/g, ' ')
    found.push({ specifier, line, kind, names, text: written.length > 110 ? `${written.slice(0, 107)}…` : written })
  }
  const visit = (node: Node, parent: Node | null): void => {
    switch (node.type) {
      case 'ImportDeclaration':
        if (node.importKind !== 'type') add(node, node.source.value, 'import', node.specifiers.map((item) =>
          item.type === 'ImportNamespaceSpecifier' ? '*' : item.type === 'ImportDefaultSpecifier' ? 'default' : moduleName(item.imported)))
        return
      case 'ExportAllDeclaration':
        add(node, node.source.value, node.exported === null ? 're-export' : 'namespace-re-export', ['*'])
        return
      case 'ExportNamedDeclaration':
        if (node.source !== null) add(node, node.source.value, 're-export', node.specifiers.map((item) => moduleName(item.local)))
        break
      case 'ImportExpression':
        if (node.source.type === 'Literal' && typeof node.source.value === 'string') add(node, node.source.value, 'dynamic-import', ['*'])
        break
      case 'CallExpression': {
        const [argument] = node.arguments
        if (node.callee.type === 'Identifier' && node.callee.name === 'require' && argument?.type === 'Literal' && typeof argument.value === 'string') {
          add(parent?.type === 'VariableDeclarator' || parent?.type === 'MemberExpression' ? parent : node, argument.value, 'require', requiredNames(parent))
        }
        break
      }
      default:
    }
    const fields = node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null | undefined>>
    for (const key of visitorKeys[node.type] ?? []) {
      const child = fields[key]
      if (Array.isArray(child)) {
        for (const item of child as readonly (Node | null)[]) if (item !== null) visit(item, node)
      } else if (child !== null && child !== undefined) visit(child as Node, node)
    }
  }
  for (const statement of program.body) visit(statement, null)
  return found
}

function moduleName(node: Node): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : '*'
}

function requiredNames(parent: Node | null): string[] {
  if (parent?.type === 'MemberExpression' && !parent.computed && parent.property.type === 'Identifier') return [parent.property.name]
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'ObjectPattern') {
    return parent.id.properties.flatMap((property) => (property.type === 'Property' && property.key.type === 'Identifier' ? [property.key.name] : ['*']))
  }
  return ['*']
}
