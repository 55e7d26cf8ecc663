export interface OutputLayout {
  /** Output path by project-relative path. */
  readonly places: ReadonlyMap<string, string>
  /** Why the project's own layout is kept; undefined when the input folder is the root of the output. */
  readonly kept: string | undefined
}

/**
 * Where files of the project go in the output: the input folder becomes its root, and packages that Node finds in the
 * folders above it move down to `node_modules/`. Where that cannot be (a workspace package is used, or two versions
 * would meet in one place) the project's own layout is kept.
 *
 * @param inputPath the input folder, project-relative, '' for the project itself
 */
export function outputLayout(paths: Iterable<string>, inputPath: string): OutputLayout {
  const all = [...paths].sort()
  const layout = new Map<string, string>()
  const taken = new Set<string>()
  const inside = inputPath === '' ? '' : `${inputPath}/`
  const above = foldersAbove(inputPath)
  for (const path of all) {
    const moved = path.startsWith(inside) ? path.slice(inside.length) : movedDown(path, above)
    if (moved === undefined) return asInProject(all, `it uses ${path}`)
    if (moved === 'package.json' && taken.has(moved)) continue // the nearest one counts; it was written already
    if (taken.has(moved)) return asInProject(all, `two files would be ${moved}`)
    taken.add(moved)
    layout.set(path, moved)
  }
  // a link that stands where other files' folder would be
  for (const place of taken) for (const folder of foldersOf(place)) if (taken.has(folder)) return asInProject(all, `two files would be ${folder}`)
  return { places: layout, kept: undefined }
}

function asInProject(paths: readonly string[], why: string): OutputLayout {
  return { places: new Map(paths.map((path) => [path, path])), kept: why }
}

function foldersOf(path: string): string[] {
  const names = path.split('/')
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'))
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
