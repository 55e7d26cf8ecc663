import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Node } from 'oxc-parser'

/**
 * What a CommonJS module requires by paths that it puts together from its own place (`require(join(root, 'package.json'))`
 * where `root = join(__dirname, '..')`), as absolute paths without regard to whether something is there. No bundler
 * resolves these. Names are followed that one value in all is given to, wherever that happens: code that was bundled
 * before assigns in functions what it declared outside.
 */
export async function requiredByPlace(file: string, text: string): Promise<readonly string[]> {
  if (!/\b__(?:dirname|filename)\b/.test(text) || !/\brequire\s*\(\s*[^\s'"`)]/.test(text)) return []
  const { parseSync, visitorKeys } = await import('oxc-parser')
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) return []
  const values = new Map<string, Node | undefined>()
  const asked: Node[] = []
  const give = (target: Node, value: Node | null): void => {
    if (target.type === 'Identifier' && value !== null) values.set(target.name, values.has(target.name) ? undefined : value)
  }
  const open: Node[] = [...program.body]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'VariableDeclarator') give(node.id, node.init)
    else if (node.type === 'AssignmentExpression') give(node.left, node.operator === '=' ? node.right : node)
    else if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require' && node.arguments.length === 1) asked.push(node.arguments[0]!)
    for (const key of visitorKeys[node.type] ?? []) {
      const value = (node as unknown as Readonly<Record<string, unknown>>)[key]
      for (const child of Array.isArray(value) ? value : [value]) if (child !== null && typeof child === 'object') open.push(child as Node)
    }
  }
  const found = asked.filter(({ type }) => type !== 'Literal').map((node) => textOf(node, { file, values }, 0))
  return [...new Set(found.filter((path) => path !== undefined && isAbsolute(path)) as string[])].sort()
}

interface Known {
  readonly file: string
  readonly values: ReadonlyMap<string, Node | undefined>
}

/** More steps into each other than any honest path takes; `a = a + b` would take endless ones. */
const DEEPEST = 32
/** And in all: each of `b = a + a; c = b + b; …` takes twice as many as the one before. */
const MOST_STEPS = 1000

function textOf(node: Node, known: Known, depth: number, steps: { left: number } = { left: MOST_STEPS }): string | undefined {
  if (depth > DEEPEST || steps.left-- <= 0) return undefined
  const read = (inner: Node): string | undefined => textOf(inner, known, depth + 1, steps)
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? node.value : undefined
    case 'Identifier': {
      if (node.name === '__dirname') return dirname(known.file)
      if (node.name === '__filename') return known.file
      const value = known.values.get(node.name)
      return value === undefined ? undefined : read(value)
    }
    case 'TemplateLiteral':
      return joined(node.quasis.flatMap((quasi, index) => [quasi.value.cooked ?? undefined, ...(index < node.expressions.length ? [read(node.expressions[index]!)] : [])]))
    case 'BinaryExpression':
      return node.operator === '+' ? joined([read(node.left as Node), read(node.right)]) : undefined
    case 'CallExpression':
      return pathCall(node, read)
    default:
      return undefined
  }
}

/** `path.join`, under whatever name the module has `path`. */
function pathCall(node: Extract<Node, { type: 'CallExpression' }>, read: (node: Node) => string | undefined): string | undefined {
  const { callee } = node
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return undefined
  const name = callee.property.name
  if (!['join', 'resolve', 'dirname'].includes(name)) return undefined
  const parts = node.arguments.map((argument) => read(argument))
  if (parts.length === 0 || parts.includes(undefined) || !isAbsolute(parts[0]!)) return undefined
  if (name === 'dirname') return dirname(parts[0]!)
  return name === 'join' ? join(...(parts as string[])) : resolve(...(parts as string[]))
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join('')
}
