import { join, parse, relative, sep } from 'node:path'
import type { Project } from './project.ts'
import { packageOf, relativePath } from './project.ts'

/** The files that an application really needs, as its code names them. */
export interface Trace {
  /** Absolute path by path relative to the project, sorted. Links (of npm workspaces) are among them. */
  readonly files: ReadonlyMap<string, string>
  /** From an entry point down to a package, for people: files of the application, then packages. */
  chainTo(packagePath: string): readonly string[]
  /** The packages whose files refer to a file of this package. */
  dependents(packagePath: string): readonly string[]
}

/** A folder elsewhere whose files count as lying in a folder of the project: what a bundler has just written. */
export interface Placed {
  /** Absolute. */
  readonly root: string
  /** Absolute, in the project. */
  readonly as: string
}

/**
 * Follows imports, requires and file references from the entry points (@vercel/nft). Where a path depends on the
 * machine, it takes the machine that builds: who reads this corrects that.
 *
 * @param entries absolute paths
 * @param isChosen what lies outside the project is no part of it, modules too
 */
export async function traceFiles(entries: readonly string[], project: Project, placed: Placed, isChosen: boolean, signal: AbortSignal): Promise<Trace> {
  const nft = await import('@vercel/nft')
  const base = parse(project.root).root
  signal.throwIfAborted()
  const tracing = nft.nodeFileTrace([...entries], {
    base,
    processCwd: project.root,
    // Code names files of the system too (/proc/self/exe, /usr/bin/ldd): those are the system's to provide.
    ignore: (path) => {
      signal.throwIfAborted()
      const file = join(base, path)
      return !isBelow(project.root, file) && !isBelow(placed.root, file) && (isChosen || !/\.(?:[cm]?js|json|node)$/.test(path))
    },
    // Packages are looked for where the code counts as being; files beside it, where it is.
    resolve: async (id, parent, job, commonJs) => {
      const isPackage = !/^(?:\.{0,2}\/|\.{1,2}$|node:)/.test(id)
      const from = isPackage && isBelow(placed.root, parent) ? join(placed.as, relative(placed.root, parent)) : parent
      return nft.resolve(id, from, job, commonJs)
    },
  })
  const { fileList, reasons } = await orAborted(tracing, signal)
  const inProject = (path: string): string => {
    const file = join(base, path)
    return relativePath(project.root, isBelow(placed.root, file) ? join(placed.as, relative(placed.root, file)) : file)
  }
  const isModule = (path: string): boolean => (reasons.get(path)?.type ?? []).some((type) => type === 'dependency' || type === 'initial')
  const shipped = [...fileList].filter((path) => !inProject(path).startsWith('../') || isModule(path))
  const files = new Map(shipped.map((path) => [inProject(path), join(base, path)] as const).sort(([a], [b]) => (a < b ? -1 : 1)))
  const parents = new Map<string, readonly string[]>()
  for (const [path, reason] of reasons) parents.set(inProject(path), [...reason.parents].map(inProject).sort())
  let byPackage: ReadonlyMap<string, ReadonlySet<string>> | undefined
  return {
    files,
    chainTo(packagePath) {
      const end = [...files.keys()].find(
        (file) => packageOf(file) === packagePath && parents.has(file) && !file.endsWith('package.json'),
      )
      const chain = end === undefined ? [packagePath] : shortestChain(end, parents)
      return chain.map((step) => packageOf(step) || step).filter((step, index, all) => step !== all[index - 1])
    },
    dependents(packagePath) {
      byPackage ??= dependentsByPackage(files.keys(), parents)
      return [...(byPackage.get(packagePath) ?? [])].sort()
    },
  }
}

/** The packages that refer to files of each package. */
function dependentsByPackage(files: Iterable<string>, parents: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const file of files) {
    const of = packageOf(file)
    let dependents = found.get(of)
    if (dependents === undefined) found.set(of, (dependents = new Set()))
    for (const parent of parents.get(file) ?? []) {
      const from = packageOf(parent)
      if (from !== of) dependents.add(from)
    }
  }
  return found
}

/** The tracing parses what it has read already before it looks at anything else: that is not waited for. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController()
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: settled.signal })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    settled.abort()
  }
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder + sep)
}

/** Breadth first from the file up to one that nothing refers to. */
function shortestChain(path: string, parents: ReadonlyMap<string, readonly string[]>): string[] {
  const below = new Map<string, string | undefined>([[path, undefined]])
  const queue = [path]
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const above = parents.get(step) ?? []
    if (above.length === 0) {
      const chain: string[] = []
      for (let at: string | undefined = step; at !== undefined; at = below.get(at)) chain.push(at)
      return chain
    }
    for (const parent of above) {
      if (below.has(parent)) continue
      below.set(parent, step)
      queue.push(parent)
    }
  }
  return [path]
}
