import { dirname, join, resolve, sep } from 'node:path'
import type { BundleOptions } from './bundle-options.ts'
import type { ModuleGraph } from './module-graph.ts'
import { tsconfigFiles } from './tsconfig-files.ts'

/** Absolute paths of everything that had a say in how a bundle came out: files that were read, folders looked into. */
export function bundleInputs(graph: ModuleGraph, options: BundleOptions): { readonly files: Set<string>; readonly folders: Set<string> } {
  const { root } = options
  const files = new Set<string>(tsconfigFiles(graph, options))
  const folders = new Set<string>()
  const external = new Set<string>()
  for (const module of graph.modules) {
    const path = resolve(root, module.id)
    files.add(path)
    folders.add(dirname(path))
    for (let at = dirname(path); ; at = dirname(at)) {
      files.add(join(at, 'package.json'))
      if (!at.includes(`${sep}node_modules${sep}`)) {
        files.add(join(at, 'tsconfig.json'))
        folders.add(join(at, 'node_modules'))
      } else if (isPackageRoot(at)) folders.add(at)
      if (dirname(at) === at) break
    }
    for (const edge of module.imports) {
      const name = edge.external ? packageName(edge.id) : undefined
      if (name !== undefined && module.package === undefined) external.add(join(dirname(path), '\0', name))
    }
  }
  // whether a package is left out can depend on what it is: native ones are
  for (const place of external) {
    const [folder, name] = place.split(`${sep}\0${sep}`) as [string, string]
    for (let at = folder; ; at = dirname(at)) {
      files.add(join(at, 'node_modules', name, 'package.json'))
      if (dirname(at) === at) break
    }
  }
  return { files, folders }
}

function isPackageRoot(folder: string): boolean {
  const names = folder.split(sep)
  const [first, ...rest] = names.slice(names.lastIndexOf('node_modules') + 1)
  return first !== undefined && rest.length === (first.startsWith('@') ? 1 : 0)
}

function packageName(specifier: string): string | undefined {
  return /^(?:@[\w.-]+\/)?[\w-][\w.-]*(?=\/|$)/.exec(specifier)?.[0]
}
