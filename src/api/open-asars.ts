import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toDiagnostic } from '../core/errors.ts'
import type { Finding } from '../core/finding.ts'
import type { ArtifactReport } from '../core/report.ts'
import { archiveKind } from '../node/archive.ts'
import { temporaryFolder } from '../node/temporary-folder.ts'
import { type AsarContents, unpackAsar } from '../node/unpack-asar.ts'
import { defaultLimits, Unpacking } from '../node/unpacking.ts'
import { walk } from '../node/walk.ts'
import { encodedSizes } from '../pipeline/encoded-sizes.ts'
import type { CompressedSizes } from '../pipeline/job.ts'
import { plural } from '../reporters/units.ts'
import type { Input } from './open-input.ts'

/** Archives of Electron that lie in an input, opened: an input each, whose paths are those that the application uses. */
export interface OpenedAsars {
  /** Those given, without the files that are now in an archive's own input. */
  readonly inputs: readonly Input[]
  /** By path in the report. */
  readonly contents: ReadonlyMap<string, AsarContents>
}

/**
 * Opens `app.asar` where it lies in a folder. Electron takes a path through a file with this ending for one into the archive,
 * and one to a file that lies in `app.asar.unpacked` as well, so the report does, too: `resources/app.asar/main.js`.
 *
 * @param inputs closed by the caller, and those that are added with them
 */
export async function openAsars(inputs: readonly Input[]): Promise<OpenedAsars> {
  const all: Input[] = []
  const contents = new Map<string, AsarContents>()
  for (const input of inputs) {
    const diagnostics = [...input.diagnostics]
    const elsewhere = new Set<string>()
    const opened: Input[] = []
    for (const { path, link } of input.isFolder ? input.files : []) {
      if (link !== undefined || !path.endsWith('.asar') || (await archiveKind(join(input.root, path)).catch(() => undefined)) !== 'asar') continue
      try {
        const { asar, found } = await openAsar(input, path)
        opened.push(asar)
        contents.set(input.prefix + path, found)
        for (const beside of found.beside) elsewhere.add(`${path}.unpacked/${beside}`)
      } catch (error) {
        diagnostics.push(toDiagnostic(error, path))
      }
    }
    all.push({ ...input, diagnostics, files: input.files.filter(({ path }) => !elsewhere.has(path)) }, ...opened)
  }
  return { inputs: all, contents }
}

async function openAsar(input: Input, path: string): Promise<{ readonly asar: Input; readonly found: AsarContents }> {
  const { path: folder, remove: close } = await temporaryFolder(join(tmpdir(), 'shrink-'))
  try {
    const root = join(folder, 'app')
    await mkdir(root)
    const unpacking = new Unpacking(root, defaultLimits)
    const found = await unpackAsar(join(input.root, path), unpacking)
    await unpacking.finish()
    const walked = await walk(root)
    return { asar: { root, prefix: `${input.prefix}${path}/`, ...walked, diagnostics: [...unpacking.diagnostics, ...walked.diagnostics], isFolder: true, close }, found }
  } catch (error) {
    await close()
    throw error
  }
}

/** An opened archive stands in the report with what no file in it accounts for, so that all of them come to its length. */
export function asOpened(artifact: ArtifactReport, { contents }: OpenedAsars, compressedSizes: CompressedSizes): ArtifactReport {
  const found = contents.get(artifact.path)
  if (found === undefined) return artifact
  const { header, ownBytes, files } = found
  const sizes = ownBytes === header.byteLength ? encodedSizes(header, compressedSizes) : { raw: ownBytes, gzip: null, brotli: null }
  return { ...artifact, sizes, properties: { ...artifact.properties, opened: true, archiveBytes: artifact.sizes.raw, files } }
}

/** Says which archives were looked into, and what their own line in the report is. */
export function asarFindings({ contents }: OpenedAsars): Finding[] {
  return [...contents].map(([path, { files, beside }]) => ({
    ruleId: 'tree/opened-archive',
    severity: 'info',
    message: `${path} was looked into: ${plural(files, 'file')}${beside.length === 0 ? '' : ` (${beside.length} of them beside it, in ${path.slice(path.lastIndexOf('/') + 1)}.unpacked)`}, listed below its name; its own size is that of its header`,
    data: { archive: path, files, beside: beside.length },
    location: { path },
  }))
}

/** What of opened archives is for the table of rules of a report. */
export const asarHelp: Readonly<Record<string, string>> = {
  'tree/opened-archive': 'An application of Electron is in an archive, whose files are told as the application sees them: those that lie in the folder with .unpacked behind its name, too.',
}
