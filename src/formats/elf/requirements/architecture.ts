import type { Requirement } from '../../../core/requirement.ts'
import type { ElfTables } from '../tables.ts'
import { machineName } from '../machine.ts'

/** The machine, from e_machine, EI_CLASS and EI_DATA. */
export function architectureRequirement({ file }: ElfTables): Requirement {
  const text = `e_machine ${file.header.e_machine}, ${file.is64 ? '64' : '32'}-bit, ${file.littleEndian ? 'little' : 'big'}-endian`
  return { kind: 'architecture', name: machineName(file), need: 'required', evidence: [{ text, offset: 18 }] }
}
