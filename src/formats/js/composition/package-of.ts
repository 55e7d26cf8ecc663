/** The package that a module belongs to, from its path alone. */
export interface PackageOf {
  /** `lodash`, `@scope/name`; undefined for the application's own modules. */
  readonly name: string | undefined
  /** Up to and with the package's name: two roots of one name are two copies. */
  readonly root: string
  /** Where the path tells it: pnpm's and Yarn's stores. */
  readonly version: string | undefined
}

/** A source as it stands in maps and markers, without scheme or namespace, query and leading `./` and `../`. */
export function normalizeSource(source: string): string {
  const path = source
    .replace(/^[a-z][a-z0-9+.-]*:\/\/(?:\/)?/i, '')
    .replace(/^[a-z][a-z0-9-]*:(?=[^/\\])/i, '')
    .replace(/[?#].*$/, '')
    .replaceAll('\\', '/')
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/') || source
}

/** @param path normalized */
export function packageOf(path: string): PackageOf {
  const match = /^((?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+))(?:\/|$)/.exec(path)
  if (match === null) return { name: undefined, root: '', version: undefined }
  const root = match[1]!
  const name = match[2]!
  const store = /(?:^|\/)\.pnpm\/(?:@[^+/]+\+)?[^@/]+@([^_(/]+)[^/]*\/node_modules\//.exec(root)
  const yarn = /-npm-(\d[^/]*?)-[0-9a-f]{8,}/.exec(root)
  return { name, root, version: store?.[1] ?? yarn?.[1] }
}
