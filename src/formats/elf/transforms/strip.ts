import type { Companion } from '../../../core/artifact.ts'
import { ShrinkError } from '../../../core/errors.ts'
import type { Transform, TransformSettings } from '../../../core/transform.ts'
import { ET, SHF, SHT } from '../constants.ts'
import type { ElfDetail } from '../detail.ts'
import type { ElfFile, Section } from '../read/elf-file.ts'
import { symbolSize } from '../read/symbols.ts'
import { buildIdOf } from '../properties/properties.ts'
import { buildDebugFile, debugLink } from '../write/debug-file.ts'
import type { StripMode } from '../write/removable-sections.ts'
import { isRemovable } from '../write/removable-sections.ts'
import type { Rewrite, RewritePlan } from '../write/rewrite.ts'
import { planRewrite, writeRewrite } from '../write/rewrite.ts'
import { orderSections } from '../write/section-order.ts'
import { renumberSymbols } from '../write/symbol-table.ts'
import { checkTail } from '../write/tail.ts'

/** Removes symbols and debug information that no loader, unwinder or language run time reads. */
export const strip: Transform<ElfDetail> = {
  id: 'elf/strip',
  title: 'Remove symbols and debug information',
  safety: 'drops-debug-info',
  // Some bytes of padding that become section headers can cost a few in gzip; what is mapped and stored is the file.
  measure: 'raw',
  applies({ detail: { file } }, settings) {
    const mode = modeOf(settings)
    if (mode === 'none' || !isProgram(file) || file.sections.length === 0) return false
    return file.sections.some((section) => isRemovable(file, section, mode)) || hasRoom(file)
  },
  async apply(artifact, { detail }, settings) {
    const { file } = detail
    const removed = removableSections(file, modeOf(settings))
    const debug = removed.size > 0 ? splitDebug(detail, artifact.path, settings) : undefined
    const plan = planRewrite(file, { ...rewriteFor(file, removed), added: debug === undefined ? [] : [debug.link] })
    if (plan.byteLength >= artifact.bytes.byteLength) return { artifact, changes: [] }
    checkTail(plan)
    const bytes = writeRewrite(plan)
    return {
      artifact: { path: artifact.path, bytes },
      changes: [
        {
          transform: strip.id,
          what: describe(plan, removed),
          before: artifact.bytes.byteLength,
          after: bytes.byteLength,
          verifiedBy: ['contents and addresses of every segment are the same', 'requirements are the same'],
        },
      ],
      companions: debug?.companions ?? [],
    }
  },
}

/**
 * The debug file, under the names that debuggers look for: that of the program with `.debug` behind it, which
 * .gnu_debuglink states, and the build-id.
 */
function splitDebug(
  { file, notes }: ElfDetail,
  path: string,
  { options }: TransformSettings,
): { link: NonNullable<Rewrite['added']>[number]; companions: Companion[] } | undefined {
  const folder = options['keepDebug']
  if (typeof folder !== 'string' || folder === '') return undefined
  const compression = options['debugCompression']
  const bytes = buildDebugFile(file, compression === 'zstd' || compression === 'none' ? compression : 'zlib')
  const name = `${path.slice(path.lastIndexOf('/') + 1)}.debug`
  const root = folder.replace(/\/+$/, '')
  const companions: Companion[] = [{ role: 'debug-info', path: `${root}/${path}.debug`, bytes }]
  const buildId = buildIdOf(notes)
  if (buildId !== undefined && buildId.length > 2) {
    companions.push({ role: 'debug-info', path: `${root}/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`, bytes })
  }
  return { link: { name: '.gnu_debuglink', contents: debugLink(file, name, bytes), align: 4 }, companions }
}

/** Linkers need the symbols of objects; split debug files hold nothing else. */
function isProgram(file: ElfFile): boolean {
  const isCodeMissing = file.sections.some((section) => section.sh_type === SHT.NOBITS && (section.sh_flags & SHF.EXECINSTR) !== 0)
  return (file.header.e_type === ET.EXEC || file.header.e_type === ET.DYN) && !isCodeMissing
}

/** Would laying the file out anew save something although nothing can be removed? */
function hasRoom(file: ElfFile): boolean {
  try {
    return planRewrite(file, { removed: new Set() }).byteLength < file.bytes.byteLength
  } catch (error) {
    if (error instanceof ShrinkError) return false // nothing was asked for, so nothing is refused
    throw error
  }
}

function modeOf({ options }: TransformSettings): StripMode {
  const value = options['strip']
  return value === 'debug' || value === 'none' ? value : 'all'
}

function removableSections(file: ElfFile, mode: StripMode): ReadonlySet<number> {
  return new Set(file.sections.filter((section) => isRemovable(file, section, mode)).map((section) => section.index))
}

function rewriteFor(file: ElfFile, removable: ReadonlySet<number>): Rewrite {
  const symtab = file.sections.find((section) => section.sh_type === SHT.SYMTAB)
  if (symtab === undefined || removable.size === 0) return { removed: removable }
  if (removable.has(symtab.index)) return withoutSymbols(file, symtab, removable)
  const indexes = new Map(orderSections(file, removable).flatMap((old, place) => (old === null ? [] : [[old, place] as const])))
  const replaced = renumberSymbols(file, symtab, indexes)
  return replaced === undefined ? { removed: removable } : { removed: removable, replaced: new Map([[symtab.index, replaced]]) }
}

/**
 * In static glibc programs the loaded relocations (IRELATIVE, of symbol 0) name .symtab as their table. A table with
 * nothing but symbol 0 takes its place: without any, readers cannot look symbol 0 up. It is no SHT_SYMTAB, so that
 * the file counts as stripped.
 */
function withoutSymbols(file: ElfFile, symtab: Section, removable: ReadonlySet<number>): Rewrite {
  const isNamed = file.sections.some(
    (section) => !removable.has(section.index) && section.index !== 0 && section.sh_link === symtab.index,
  )
  if (!isNamed) return { removed: removable }
  const removed = new Set(removable)
  removed.delete(symtab.index)
  const contents = new Uint8Array(symbolSize(file))
  const replacement = { contents, info: 1, name: '.nosyms', type: SHT.DYNSYM, link: file.sectionNameIndex }
  return { removed, replaced: new Map([[symtab.index, replacement]]) }
}

function describe({ file, layout }: RewritePlan, removed: ReadonlySet<number>): string {
  const names = [...removed].map((index) => file.sections[index]!.name)
  const tail = layout.tail.end - layout.tail.offset
  return [
    names.length > 0 ? `removed ${names.join(', ')}` : 'moved section names and headers into padding',
    ...(tail > 0 ? [`kept ${tail} appended bytes`] : []),
  ].join('; ')
}
