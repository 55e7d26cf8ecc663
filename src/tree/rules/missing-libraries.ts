import type { Finding } from '../../core/finding.ts'
import type { JsonValue } from '../../core/json.ts'
import type { ArtifactReport } from '../../core/report.ts'
import type { TreeRule, TreeView } from '../../core/tree.ts'

/** Libraries of the C library and the compiler: the system has them, whatever the target. */
const systemLibraries =
  /^(ld-linux|ld-musl|ld64\.|libc\.|libm\.|libdl\.|librt\.|libpthread\.|libutil\.|libresolv\.|libanl\.|libgcc_s\.|libstdc\+\+\.|libatomic\.|libc\+\+(abi)?\.|linux-vdso)/

/**
 * Looks where the loader will look: the run path of the file, with $ORIGIN, inside the tree. A library that lies in
 * the tree, for the same machine, but not on that path, is the most common mistake; one that lies nowhere must come
 * from the system.
 */
export const missingLibraries: TreeRule = {
  id: 'tree/missing-library',
  help: 'A native file needs a library that is not where the loader will look for it.',
  async check(tree) {
    const links = new Map(tree.files.flatMap(({ path, link }) => (link === undefined ? [] : [[path, link]])))
    return tree.artifacts.filter((artifact) => artifact.format === 'elf').flatMap((artifact) => checkArtifact(tree, artifact, links))
  },
}

function checkArtifact(tree: TreeView, artifact: ArtifactReport, links: ReadonlyMap<string, string>): Omit<Finding, 'ruleId'>[] {
  const names = stringList(artifact.properties['needed']).filter((name) => !systemLibraries.test(name))
  if (names.length === 0) return []
  const folders = searchFolders(artifact)
  return names.flatMap((name): Omit<Finding, 'ruleId'>[] => {
    const copies = tree.artifacts.filter((other) => provides(other, name) && other.architecture === artifact.architecture)
    const reached = folders.map((folder) => behindLinks(folder, links))
    if (copies.some((copy) => reached.includes(folderOf(copy.path)))) return []
    if (linkedBeside(tree, reached, name)) return []
    const nearest = copies[0]
    const location = { path: artifact.path }
    const data = { library: name, searched: folders, found: copies.map((copy) => copy.path) }
    if (nearest === undefined) {
      return [{ severity: 'info', message: `needs ${name}, which is not in the tree: the system must have it`, location, data }]
    }
    return [
      {
        severity: 'warning',
        message: `needs ${name}; ${nearest.path} is in the tree, but ${folders.length > 0 ? `the run path leads to ${folders.join(', ')}` : 'the file has no run path that leads there'}`,
        advice: `set the run path to $ORIGIN/${relativeFolder(folderOf(artifact.path), folderOf(nearest.path))} when linking (-Wl,-rpath), or load the library first`,
        location,
        data,
      },
    ]
  })
}

/** A library answers to its soname, and to its file name. */
function provides(artifact: ArtifactReport, name: string): boolean {
  if (artifact.format !== 'elf') return false
  return artifact.properties['soname'] === name || artifact.path.slice(artifact.path.lastIndexOf('/') + 1) === name
}

/** Symbolic links stand for libraries as files do (libvips.so.42 → libvips.so.42.1.0). */
function linkedBeside(tree: TreeView, folders: readonly string[], name: string): boolean {
  return tree.files.some((file) => file.link !== undefined && file.path.endsWith(name) && folders.includes(folderOf(file.path)) && file.path.slice(file.path.lastIndexOf('/') + 1) === name)
}

/** Links that are followed: what leads on in circles has no end. */
const maxLinks = 40

/** Where a folder of the tree really is: managers such as pnpm link packages to where they keep them. */
function behindLinks(folder: string, links: ReadonlyMap<string, string>): string {
  if (links.size === 0) return folder
  let at = folder
  for (let followed = 0; followed < maxLinks; followed++) {
    const parts = at.split('/')
    const end = parts.findIndex((_, index) => links.has(parts.slice(0, index + 1).join('/')))
    if (end < 0) return at
    const link = parts.slice(0, end + 1).join('/')
    const target = resolve(folderOf(link), links.get(link)!)
    const whole = target === undefined ? undefined : resolve(target, parts.slice(end + 1).join('/'))
    if (whole === undefined) return folder
    at = whole
  }
  return folder
}

/** Tree-relative folders of DT_RUNPATH, or DT_RPATH without it; what does not start at $ORIGIN leads out of the tree. */
function searchFolders(artifact: ArtifactReport): string[] {
  const hardening = artifact.properties['hardening']
  const lists = typeof hardening === 'object' && hardening !== null && !Array.isArray(hardening) ? (hardening as { readonly [key: string]: JsonValue }) : {}
  const runpath = stringList(lists['runpath'])
  const entries = (runpath.length > 0 ? runpath : stringList(lists['rpath'])).flatMap((value) => value.split(':'))
  const folders = entries.flatMap((entry) => {
    const match = /^\$(?:ORIGIN|\{ORIGIN\})(?:\/(.*))?$/.exec(entry)
    const folder = match === null ? undefined : resolve(folderOf(artifact.path), match[1] ?? '')
    return folder === undefined ? [] : [folder]
  })
  return [...new Set(folders)]
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '.' : path.slice(0, slash)
}

/** Undefined when the path leads out of the tree. */
function resolve(folder: string, relative: string): string | undefined {
  const parts = folder === '.' ? [] : folder.split('/')
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.length === 0 ? '.' : parts.join('/')
}

function relativeFolder(from: string, to: string): string {
  const source = from === '.' ? [] : from.split('/')
  const target = to === '.' ? [] : to.split('/')
  let common = 0
  while (common < source.length && source[common] === target[common]) common++
  return [...source.slice(common).map(() => '..'), ...target.slice(common)].join('/')
}

function stringList(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
