/** Files that a package.json has for the package's users, as written: `main`, `bin`. */
export function entriesOf(json: Readonly<Record<string, unknown>>): readonly string[] {
  const { main, bin } = json
  const named = typeof bin === 'object' && bin !== null ? Object.values(bin) : [bin]
  return [main, ...named].filter((path) => typeof path === 'string')
}

/** The files that Node takes an entry for, first to last. */
export function entryFiles(entry: string): readonly string[] {
  const bare = entry.replace(/\/$/, '')
  return ['', '.js', '.json', '.node', '.cjs', '/index.js', '/index.json'].map((end) => bare + end)
}
