import { nestsTooDeep } from '../core/nesting.ts'

/** A place in JavaScript where a package or a file is named, and how. */
export interface Reference {
  /** As it is written: `sharp`, `./build/Release/addon.node`, `bin/`. */
  readonly name: string
  readonly how: ReferenceKind
  /** 1-based. */
  readonly line: number
  /** The line, trimmed. */
  readonly text: string
}

/**
 * - `import`: a static import or re-export, or `require` of a literal: always reached when the module is loaded.
 * - `dynamic import`: `import()`.
 * - `computed`: `require` or `import()` of a name put together at run time.
 * - `spawn`: named in a call that starts a program.
 * - `path`: the file’s name stands in a string, used in some other way.
 */
export type ReferenceKind = 'import' | 'require' | 'dynamic import' | 'computed' | 'spawn' | 'path'

/** Files beyond this are bundles whose parts no person wrote; only their text is searched. */
const maxParsedBytes = 8 << 20

const starters: ReadonlySet<string> = new Set([
  'spawn',
  'spawnSync',
  'exec',
  'execSync',
  'execFile',
  'execFileSync',
  'fork',
  'execa',
  'execaSync',
  '$',
])

/** A node of the tree that oxc-parser gives (ESTree). */
interface Node {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

/**
 * Where `text` names something that `wanted` accepts. Comments do not count, nor does text in strings that are used for
 * something else than naming a module, a program or a file.
 */
export async function referencesIn(
  path: string,
  text: string,
  wanted: (name: string) => boolean,
): Promise<Reference[]> {
  // Native parsers recurse: what nests deeper ends the process, not the call.
  if (text.length > maxParsedBytes || nestsTooDeep(text)) return []
  const program = await parse(path, text)
  const found: { name: string; how: ReferenceKind; start: number }[] = []
  /** Variables that hold a wanted path, by name: `const tool = join(__dirname, 'bin/tool')`. */
  const holders = new Map<string, string>()
  visit(program, (node) => {
    const source = literalOf(node['source'])
    if (/^(?:Import|Export(?:Named|All))Declaration$/.test(node.type) && source !== undefined && wanted(source)) {
      found.push({ name: source, how: 'import', start: node.start })
    } else if (node.type === 'ImportExpression') {
      for (const name of stringsIn(node['source'])) {
        if (wanted(name)) found.push({ name, how: source === name ? 'dynamic import' : 'computed', start: node.start })
      }
    } else if (node.type === 'CallExpression') {
      const callee = calleeName(node['callee'])
      const args = Array.isArray(node['arguments']) ? (node['arguments'] as unknown[]) : []
      if (callee === 'require' || callee === 'resolve' || callee === 'dlopen') {
        const literal = literalOf(args[0])
        for (const name of stringsIn(args)) {
          if (wanted(name)) found.push({ name, how: literal === name ? 'require' : 'computed', start: node.start })
        }
      } else if (callee !== undefined && starters.has(callee)) {
        for (const name of stringsIn(args)) if (wanted(name)) found.push({ name, how: 'spawn', start: node.start })
        const holder =
          isNode(args[0]) && args[0].type === 'Identifier' ? holders.get(String(args[0]['name'])) : undefined
        if (holder !== undefined) found.push({ name: holder, how: 'spawn', start: node.start })
      }
    } else if (node.type === 'VariableDeclarator' && isNode(node['id']) && node['id'].type === 'Identifier') {
      const name = stringsIn(node['init']).find(wanted)
      if (name !== undefined) holders.set(String(node['id']['name']), name)
    } else {
      const literal = literalOf(node)
      if (literal !== undefined && wanted(literal)) found.push({ name: literal, how: 'path', start: node.start })
    }
  })
  return strongest(found, text)
}

/** With the goals that the name allows; undefined when it parses with none. */
async function parse(path: string, text: string): Promise<unknown> {
  const { parseSync } = await import('oxc-parser')
  const goals = path.endsWith('.mjs') ? (['module'] as const) : (['unambiguous', 'commonjs'] as const)
  for (const sourceType of goals) {
    const { errors, program } = parseSync(path, text, { lang: 'js', sourceType })
    if (!errors.some((error) => error.severity === 'Error')) return program
  }
  return undefined
}

/** One reference a line, the most telling one. */
function strongest(
  found: readonly { readonly name: string; readonly how: ReferenceKind; readonly start: number }[],
  text: string,
): Reference[] {
  const order: readonly ReferenceKind[] = ['import', 'require', 'dynamic import', 'spawn', 'computed', 'path']
  const sorted = [...found].sort((a, b) => order.indexOf(a.how) - order.indexOf(b.how) || a.start - b.start)
  const byLine = new Map<number, Reference>()
  for (const { name, how, start } of sorted) {
    const from = text.lastIndexOf('\n', start - 1) + 1
    const line = countLines(text, start)
    if (byLine.has(line)) continue
    const end = text.indexOf('\n', from)
    const whole = text.slice(from, end < 0 ? undefined : end).trim()
    byLine.set(line, {
      name,
      how,
      line,
      text:
        whole.length <= 160
          ? whole
          : text
              .slice(start, start + 120)
              .split('\n', 1)[0]!
              .trim(),
    })
  }
  return [...byLine.values()]
}

function countLines(text: string, end: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) line++
  return line
}

function calleeName(callee: unknown): string | undefined {
  if (!isNode(callee)) return undefined
  if (callee.type === 'Identifier') return String(callee['name'])
  const property = callee['property']
  return callee.type === 'MemberExpression' && isNode(property) && property.type === 'Identifier'
    ? String(property['name'])
    : undefined
}

function literalOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  return node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined
}

/** Literals and the fixed parts of templates in an expression. */
function stringsIn(value: unknown): string[] {
  const strings: string[] = []
  visit(value, (node) => {
    const literal = literalOf(node)
    if (literal !== undefined) strings.push(literal)
    if (node.type === 'TemplateElement' && isObject(node['value'])) strings.push(String(node['value']['raw']))
  })
  return strings
}

/** Every node below `root`, outer ones first, without recursion: hostile input may nest deeply. */
function visit(root: unknown, see: (node: Node) => void): void {
  const stack: unknown[] = [root]
  while (stack.length > 0) {
    const value = stack.pop()
    if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index--) stack.push(value[index])
    } else if (isObject(value)) {
      if (isNode(value)) see(value)
      const children = Object.values(value)
      for (let index = children.length - 1; index >= 0; index--) {
        const child = children[index]
        if (typeof child === 'object' && child !== null) stack.push(child)
      }
    }
  }
}

function isNode(value: unknown): value is Node {
  return isObject(value) && typeof value['type'] === 'string'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
