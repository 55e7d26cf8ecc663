/**
 * Where files of the project go in the output: the input folder becomes its root, and packages that Node finds in the
 * folders above it move down to `node_modules/`. Where that cannot be (a workspace package is used, or two versions
 * would meet in one place) the project's own layout is kept.
 *
 * @param inputPath the input folder, project-relative, '' for the project itself
 * @returns output path by project-relative path
 */
export function outputLayout(paths: Iterable<string>, inputPath: string): ReadonlyMap<string, string> {
  const all = [...paths].sort()
  const layout = new Map<string, string>()
  const taken = new Set<string>()
  const inside = inputPath === '' ? '' : `${inputPath}/`
  const above = foldersAbove(inputPath)
  for (const path of all) {
    const moved = path.startsWith(inside) ? path.slice(inside.length) : movedDown(path, above)
    if (moved === undefined) return new Map(all.map((same) => [same, same]))
    if (moved === 'package.json' && taken.has(moved)) continue // the nearest one counts; it was written already
    if (taken.has(moved)) return new Map(all.map((same) => [same, same]))
    taken.add(moved)
    layout.set(path, moved)
  }
  return layout
}

/** `''`, `packages`, `packages/app` for `packages/app/dist`. */
function foldersAbove(path: string): string[] {
  const names = path.split('/')
  return names.map((_, index) => names.slice(0, index).join('/'))
}

function movedDown(path: string, above: readonly string[]): string | undefined {
  for (const folder of above) {
    const prefix = folder === '' ? '' : `${folder}/`
    if (path.startsWith(`${prefix}node_modules/`)) return path.slice(prefix.length)
    if (path === `${prefix}package.json`) return 'package.json'
  }
  return undefined
}
