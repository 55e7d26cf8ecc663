import type { Context } from '../../../src/core/context.ts'
import type { ArtifactReport } from '../../../src/core/report.ts'
import type { Architecture, Requirement } from '../../../src/core/requirement.ts'
import type { TreeFile, TreeView } from '../../../src/core/tree.ts'

/** A file of a tree in memory: its text, or a native file of some machine. */
export type Entry =
  | string
  | { readonly elf: Architecture; readonly libc?: 'glibc' | 'musl'; readonly bytes?: number; readonly cpu?: readonly string[] }
  | { readonly binary: 'pe' | 'mach-o'; readonly machines: readonly Architecture[]; readonly bytes?: number }
  | { readonly bytes: number }
  | { readonly link: string }

/** A tree that is nowhere on disk, as the rules see it after every artifact was analysed. */
export function memoryTree(
  entries: Readonly<Record<string, Entry>>,
  architectures: readonly Architecture[] = [],
): { readonly tree: TreeView; readonly context: Context } {
  const paths = Object.keys(entries).sort()
  const files: TreeFile[] = paths.map((path) => {
    const entry = entries[path]!
    const size = typeof entry === 'string' ? Buffer.byteLength(entry) : 'link' in entry ? 0 : (entry.bytes ?? 1000)
    return { path, size, mode: 0o644, ...(typeof entry === 'object' && 'link' in entry ? { link: entry.link } : {}) }
  })
  const artifacts = paths.flatMap((path): ArtifactReport[] => {
    const entry = entries[path]!
    if (typeof entry === 'object' && 'link' in entry) return []
    const elf = typeof entry === 'object' && 'elf' in entry
    const requirements: Requirement[] = []
    if (elf) {
      requirements.push({ kind: 'architecture', name: entry.elf, need: 'required', evidence: [] })
      if (entry.libc !== undefined)
        requirements.push({ kind: 'libc', name: entry.libc, need: 'required', evidence: [] })
      for (const name of entry.cpu ?? []) requirements.push({ kind: 'cpu-feature', name, need: 'required', evidence: [] })
    }
    const raw = files.find((file) => file.path === path)?.size ?? 0
    return [
      {
        path,
        format: elf ? 'elf' : /\.[cm]?js$/.test(path) ? 'js' : 'other',
        architecture: elf ? entry.elf : null,
        sizes: { raw, gzip: null, brotli: null },
        sha256: '',
        properties: typeof entry === 'object' && 'binary' in entry ? { binary: entry.binary, machines: entry.machines } : {},
        requirements,
        findings: [],
      },
    ]
  })
  return {
    tree: { files, artifacts, architectures },
    context: {
      signal: new AbortController().signal,
      report: () => {},
      readFile: async (path) => {
        const entry = entries[path]
        return typeof entry === 'string' ? new TextEncoder().encode(entry) : undefined
      },
    } as Partial<Context> as Context,
  }
}

/** package.json as text. */
export function manifest(name: string, version: string, rest: object = {}): string {
  return JSON.stringify({ name, version, ...rest })
}
