import type { Project } from './project.ts'
import { packageOf } from './project.ts'

/** The files that an application really needs, as its code names them. */
export interface Trace {
  /** Relative to the project, sorted. Links (of npm workspaces) are among them. */
  readonly files: readonly string[]
  /** From an entry point down to a package, for people: files of the application, then packages. */
  chainTo(packagePath: string): readonly string[]
  /** The packages whose files refer to a file of this package. */
  dependents(packagePath: string): readonly string[]
}

/**
 * Follows imports, requires and file references from the entry points (@vercel/nft). Where a path depends on the
 * machine, it takes the machine that builds: who reads this corrects that.
 *
 * @param entries absolute paths
 */
export async function traceFiles(entries: readonly string[], project: Project): Promise<Trace> {
  const { nodeFileTrace } = await import('@vercel/nft')
  const { fileList, reasons } = await nodeFileTrace([...entries], { base: project.root, processCwd: project.root })
  const slashed = (path: string): string => path.replaceAll('\\', '/')
  const files = [...fileList].map(slashed).sort()
  const parents = new Map<string, readonly string[]>()
  for (const [path, reason] of reasons) parents.set(slashed(path), [...reason.parents].map(slashed).sort())
  return {
    files,
    chainTo(packagePath) {
      const ends = files.filter((file) => packageOf(file) === packagePath && parents.has(file) && !file.endsWith('package.json'))
      const chain = ends.length === 0 ? [packagePath] : shortestChain(ends[0]!, parents)
      return chain.map((step) => packageOf(step) || step).filter((step, index, all) => step !== all[index - 1])
    },
    dependents(packagePath) {
      const found = new Set<string>()
      for (const file of files) {
        if (packageOf(file) !== packagePath) continue
        for (const parent of parents.get(file) ?? []) if (packageOf(parent) !== packagePath) found.add(packageOf(parent))
      }
      return [...found].sort()
    },
  }
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
