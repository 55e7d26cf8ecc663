import type { JsonValue } from '../../../core/json.ts'
import { DF_1, DT, ET, NT_GNU, SHT, osAbiNames, typeNames } from '../constants.ts'
import type { ElfTables } from '../tables.ts'
import { floatAbiOf, machineFlags, machineName } from '../machine.ts'
import type { Note } from '../read/notes.ts'
import { libcOf } from '../requirements/libc.ts'
import { nodeAddonOf } from '../requirements/node-addon.ts'
import { describedEnd } from '../sizes/file-layout.ts'
import { readHardening } from './hardening.ts'

/** The facts that tables state, by stable names (see docs/elf.md). Cheap: nothing here looks at code. */
export function tableProperties(tables: ElfTables): { [key: string]: JsonValue } {
  const { file, dynamic, interpreter, notes } = tables
  const addon = nodeAddonOf(tables)
  const soname = dynamic?.strings(DT.SONAME)[0]
  const floatAbi = floatAbiOf(file)
  const flags = machineFlags(file)
  const appended = file.bytes.byteLength - describedEnd(file)
  return {
    type: typeOf(tables),
    machine: machineName(file),
    class: file.is64 ? 64 : 32,
    byteOrder: file.littleEndian ? 'little' : 'big',
    osAbi: osAbiNames[file.osAbi] ?? String(file.osAbi),
    ...(flags.length > 0 ? { machineFlags: flags } : {}),
    ...(floatAbi === undefined ? {} : { floatAbi }),
    interpreter: interpreter ?? null,
    libc: libcOf(tables),
    stripped: isStripped(tables),
    staticallyLinked: interpreter === undefined && (dynamic?.strings(DT.NEEDED).length ?? 0) === 0,
    ...(soname === undefined ? {} : { soname }),
    needed: dynamic?.strings(DT.NEEDED) ?? [],
    versionsNeeded: (tables.versions?.needed ?? []).map(({ library, version }) => `${library}: ${version}`),
    buildId: buildIdOf(notes) ?? null,
    hardening: { ...readHardening(tables) },
    ...(addon === undefined
      ? {}
      : {
          nodeAddon: {
            nodeApi: addon.nodeApi ?? null,
            moduleVersion: addon.moduleVersion ?? null,
            nodeModuleRegister: addon.usesNodeModuleRegister,
          },
        }),
    sectionHeaders: file.sections.length > 0,
    appendedBytes: appended,
  }
}

function typeOf({ file, dynamic, interpreter }: ElfTables): string {
  const type = file.header.e_type
  if (type !== ET.DYN) return typeNames[type] ?? `type-${type}`
  const isProgram = interpreter !== undefined || ((dynamic?.value(DT.FLAGS_1) ?? 0n) & BigInt(DF_1.PIE)) !== 0n
  return isProgram ? 'position-independent-executable' : 'shared-object'
}

/** Neither a full symbol table nor debug information. */
export function isStripped({ file }: Pick<ElfTables, 'file'>): boolean {
  return !file.sections.some(
    (section) => section.sh_type === SHT.SYMTAB || (/^\.z?debug_/.test(section.name) && section.sh_type !== SHT.NOBITS),
  )
}

/** The build-id in lower-case hexadecimal. */
export function buildIdOf(notes: readonly Note[]): string | undefined {
  const note = notes.find((candidate) => candidate.owner === 'GNU' && candidate.type === NT_GNU.BUILD_ID)
  return note === undefined || note.description.size === 0 ? undefined : Buffer.from(note.description.bytes).toString('hex')
}
