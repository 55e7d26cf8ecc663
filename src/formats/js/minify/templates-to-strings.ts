import type { Node } from 'oxc-parser'
import { type ParseGoal, parseScript } from '../read/parse-script.ts'

/**
 * Writes templates without substitutions as strings.
 *
 * @param mayGrow also those that take escapes (line breaks, both kinds of quotes): then positions do not stay
 */
export async function templatesToStrings(code: string, goal: ParseGoal, mayGrow: boolean): Promise<string> {
  const { program } = await parseScript(goal === 'module' ? 'output.mjs' : 'output.js', code, goal)
  const { visitorKeys } = await import('oxc-parser')
  const edits: { start: number; end: number; text: string }[] = []
  const stack: Node[] = [program]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === 'TemplateLiteral' && node.expressions.length === 0) {
      const text = asString(code.slice(node.start + 1, node.end - 1), mayGrow)
      if (text !== undefined) edits.push({ start: node.start, end: node.end, text })
      continue
    }
    const children = node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null | undefined>>
    for (const key of visitorKeys[node.type] ?? []) {
      // a tagged template is a call, not a string
      if (node.type === 'TaggedTemplateExpression' && key === 'quasi') continue
      const child = children[key]
      if (child === null || child === undefined) continue
      if (Array.isArray(child)) {
        for (const item of child as readonly (Node | null)[]) if (item !== null) stack.push(item)
      } else stack.push(child as Node)
    }
  }
  edits.sort((a, b) => a.start - b.start)
  let written = ''
  let at = 0
  for (const { start, end, text } of edits) {
    written += code.slice(at, start) + text
    at = end
  }
  return written + code.slice(at)
}

/** The string literal that means the same: of the same length, or undefined unless it may grow. */
function asString(raw: string, mayGrow: boolean): string | undefined {
  // \` and \${ are escapes that only templates need; in strings they mean the same
  if (!raw.includes('\n') && !raw.includes('\r')) {
    if (!raw.includes('"')) return `"${raw}"`
    if (!raw.includes("'")) return `'${raw}'`
  }
  if (!mayGrow) return undefined
  // each escape is taken whole: a quote behind a backslash is escaped already; a line break behind one is nothing
  const text = raw.replace(/\\(?:\r\n|[^])|"|\r\n?|\n/g, (part) => (part === '"' ? '\\"' : part.startsWith('\\') ? part : '\\n'))
  return `"${text}"`
}
