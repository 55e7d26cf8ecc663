/** The import path of the package that a function belongs to; `go:…` and `type:…` for what the compiler makes. */
export function goPackageOf(name: string): string {
  const bracket = name.indexOf('[')
  const plain = bracket < 0 ? name : name.slice(0, bracket)
  if (plain.startsWith('type:.') || plain.startsWith('type..')) return 'type:.eq and .hash'
  if (plain.startsWith('go:') || plain.startsWith('go.')) return 'go:runtime support'
  const slash = plain.lastIndexOf('/')
  const dot = plain.indexOf('.', slash + 1)
  const path = dot < 0 ? '[assembly]' : plain.slice(0, dot)
  return path.includes('%') ? path.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))) : path
}
