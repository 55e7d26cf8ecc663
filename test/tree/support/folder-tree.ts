import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { binaryKindOf } from '../../../src/bytes/binary-kind.ts'
import type { Context } from '../../../src/core/context.ts'
import type { ArtifactReport } from '../../../src/core/report.ts'
import type { Architecture, Requirement } from '../../../src/core/requirement.ts'
import type { TreeFile, TreeView } from '../../../src/core/tree.ts'

/** e_machine and EI_DATA of the machines in the tests: an independent, short reading of the ELF header. */
const machines: Readonly<Record<string, Architecture>> = {
  '62/1': 'x86-64',
  '3/1': 'i386',
  '183/1': 'aarch64',
  '40/1': 'arm',
  '243/1': 'riscv64',
  '22/2': 's390x',
  '21/1': 'ppc64le',
}

/** Folders put together to one tree, later ones over earlier ones: `{ 'node_modules/bcrypt': '/…/bcrypt@6.0.0' }`. */
export async function folderTree(
  folders: Readonly<Record<string, string>>,
  architectures: readonly Architecture[] = [],
): Promise<{ readonly tree: TreeView; readonly context: Context }> {
  const files = new Map<string, TreeFile>()
  const artifacts = new Map<string, ArtifactReport>()
  const real = new Map<string, string>()
  for (const [prefix, folder] of Object.entries(folders)) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const full = join(entry.parentPath, entry.name)
      const path = `${prefix}${full.slice(folder.length)}`
      const { size } = await stat(full)
      real.set(path, full)
      files.set(path, { path, size, mode: 0o644 })
      artifacts.set(path, await artifactOf(path, full, size))
    }
  }
  const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1)
  return {
    tree: { files: [...files.values()].sort(byPath), artifacts: [...artifacts.values()].sort(byPath), architectures },
    context: {
      signal: new AbortController().signal,
      report: () => {},
      readFile: async (path) => (real.has(path) ? readFile(real.get(path)!) : undefined),
    } as Partial<Context> as Context,
  }
}

async function artifactOf(path: string, full: string, size: number): Promise<ArtifactReport> {
  const head = Buffer.alloc(4096)
  const handle = await open(full)
  await handle.read(head, 0, 4096, 0)
  await handle.close()
  const elf = head.readUInt32BE(0) === 0x7f454c46
  const binary = binaryKindOf(head)
  const big = head[5] === 2
  const architecture = elf
    ? (machines[`${big ? head.readUInt16BE(18) : head.readUInt16LE(18)}/${head[5]}`] ?? null)
    : null
  const requirements: Requirement[] = []
  if (elf) {
    const text = (await readFile(full)).toString('latin1')
    const libc = /libc\.musl-|ld-musl-/.test(text) ? 'musl' : /libc\.so\.6|ld-linux/.test(text) ? 'glibc' : undefined
    if (libc !== undefined) requirements.push({ kind: 'libc', name: libc, need: 'required', evidence: [] })
  }
  return {
    path,
    format: elf ? 'elf' : /\.[cm]?js$/.test(path) ? 'js' : 'other',
    architecture,
    sizes: { raw: size, gzip: null, brotli: null },
    sha256: '',
    properties: binary === undefined || binary.kind === 'elf' ? {} : { binary: binary.kind, machines: binary.architectures },
    requirements,
    findings: [],
  }
}
