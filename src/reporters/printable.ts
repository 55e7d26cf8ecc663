/** C0 and C1 controls: a name with an escape sequence in it would paint, move or retitle the terminal it is printed on. */
const controls = /\p{Cc}/u
const eachControl: RegExp = new RegExp(controls, 'gu')

/** With controls written out: `a\nb.js`, `\x1b[31m`. */
export function printable(text: string): string {
  return controls.test(text) ? text.replace(eachControl, written) : text
}

/** As `printable`, but for the line breaks of texts that have several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** Data with every string in it printable; itself where nothing is to be done. Hints may have several lines. */
export function printableData<T>(data: T): T {
  return visit(data, '') as T
}

function visit(data: unknown, key: string): unknown {
  if (typeof data === 'string') return key === 'hint' ? printableLines(data) : printable(data)
  if (typeof data !== 'object' || data === null) return data
  if (Array.isArray(data)) {
    const items = data.map((item) => visit(item, key))
    return items.every((item, index) => item === data[index]) ? data : items
  }
  const entries = Object.entries(data).map(([name, value]) => [name, visit(value, name)] as const)
  return entries.every(([name, value]) => value === (data as Readonly<Record<string, unknown>>)[name]) ? data : Object.fromEntries(entries)
}

function written(control: string): string {
  if (control === '\n') return '\\n'
  if (control === '\r') return '\\r'
  if (control === '\t') return '\\t'
  return `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`
}
