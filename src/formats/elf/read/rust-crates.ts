import { inflateSync } from 'node:zlib'
import { MalformedError } from '../../../core/errors.ts'
import type { ElfFile } from './elf-file.ts'
import { findSection, sectionContents } from './elf-file.ts'

export interface RustBuild {
  /** Where the list comes from: cargo-auditable's section, or the paths in panic messages (then it is not complete). */
  readonly source: 'auditable' | 'panic-paths'
  readonly crates: readonly { readonly name: string; readonly version: string }[]
  /** Commit of rustc, from the paths of the standard library. */
  readonly rustc: string | undefined
}

/** Larger dependency lists than this are not believed. */
const maximumAuditSize = 8 << 20

/**
 * The crates that a Rust program was built from. Undefined when nothing says that it is Rust.
 * @throws MalformedError for a damaged .dep-v0
 */
export function readRustBuild(file: ElfFile): RustBuild | undefined {
  const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength)
  const at = bytes.indexOf('/rustc/')
  const rustc = at < 0 ? undefined : /^[0-9a-f]{40}/.exec(bytes.toString('latin1', at + 7, at + 47))?.[0]
  const audited = readAuditable(file)
  if (audited !== undefined) return { source: 'auditable', crates: audited, rustc }
  const crates = panicPaths(bytes)
  return rustc === undefined && crates.length === 0 ? undefined : { source: 'panic-paths', crates, rustc }
}

/** `…/registry/src/<index>/<name>-<version>/src/…`: where cargo unpacks a crate. */
function panicPaths(bytes: Buffer): { name: string; version: string }[] {
  const marker = 'registry/src/'
  const found = new Map<string, { name: string; version: string }>()
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + marker.length)) {
    const path = bytes.toString('latin1', at + marker.length, at + marker.length + 200)
    const match = /^[^/\0]{1,80}\/([A-Za-z0-9_-]+?)-(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?)\//.exec(path)
    if (match !== null) found.set(`${match[1]} ${match[2]}`, { name: match[1]!, version: match[2]! })
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, crate]) => crate)
}

/** cargo-auditable: zlib-compressed JSON of all crates, in .dep-v0. */
function readAuditable(file: ElfFile): { name: string; version: string }[] | undefined {
  const section = findSection(file, '.dep-v0')
  if (section === undefined) return undefined
  const { bytes, base } = sectionContents(file, section)
  try {
    const list: unknown = JSON.parse(inflateSync(bytes, { maxOutputLength: maximumAuditSize }).toString('utf8'))
    const packages = typeof list === 'object' && list !== null && 'packages' in list ? list.packages : []
    return (Array.isArray(packages) ? packages : []).flatMap((entry: unknown) =>
      typeof entry === 'object' && entry !== null && 'name' in entry && 'version' in entry
        ? [{ name: String(entry.name), version: String(entry.version) }]
        : [],
    )
  } catch (cause) {
    throw new MalformedError('.dep-v0: not a compressed dependency list', { offset: base, cause })
  }
}
