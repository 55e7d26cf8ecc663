import type { Context } from '../../core/context.ts'
import type { MalformedError } from '../../core/errors.ts'
import { ShrinkError, toDiagnostic } from '../../core/errors.ts'
import type { Dynamic } from './read/dynamic.ts'
import { readDynamic } from './read/dynamic.ts'
import type { ElfFile } from './read/elf-file.ts'
import { readElf } from './read/elf-file.ts'
import { readInterpreter } from './read/interpreter.ts'
import type { Note } from './read/notes.ts'
import { readNotes } from './read/notes.ts'
import type { SymbolTable } from './read/symbols.ts'
import { readDynamicSymbols } from './read/symbols.ts'
import type { SymbolVersions } from './read/versions.ts'
import { readVersions } from './read/versions.ts'

/** The tables that most questions about a file are answered from, read once. */
export interface ElfTables {
  readonly file: ElfFile
  readonly interpreter: string | undefined
  readonly dynamic: Dynamic | undefined
  readonly symbols: SymbolTable | undefined
  readonly versions: SymbolVersions | undefined
  readonly notes: readonly Note[]
}

/**
 * Reads a file's tables.
 * @throws MalformedError when what a loader needs is broken; broken notes are reported and left out.
 */
export function readTables(bytes: Uint8Array, path: string, context: Context): ElfTables {
  const file = readElf(bytes)
  const dynamic = readDynamic(file)
  return {
    file,
    interpreter: readInterpreter(file),
    dynamic,
    symbols: readDynamicSymbols(file, dynamic),
    versions: dynamic === undefined ? undefined : readVersions(file, dynamic),
    notes: notesOf(file, path, context),
  }
}

/** A tool that damages one note damages several: the first is reported. */
function notesOf(file: ElfFile, path: string, context: Context): Note[] {
  const broken: MalformedError[] = []
  const notes = readNotes(file, (error) => void broken.push(error))
  if (broken[0] !== undefined) {
    const { message, ...rest } = toDiagnostic(broken[0], path)
    const more = broken.length > 1 ? ` (and ${broken.length - 1} more broken note areas)` : ''
    context.report({ ...rest, message: `${message}${more}`, severity: 'warning' })
  }
  return notes
}

/** Runs a reader of something that programs run without: what it throws about the bytes becomes a warning. */
export function tolerate<T>(read: () => T, otherwise: T, path: string, context: Context): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error
    context.report({ ...toDiagnostic(error, path), severity: 'warning' })
    return otherwise
  }
}
