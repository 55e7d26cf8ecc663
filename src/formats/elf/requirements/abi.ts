import type { Requirement } from '../../../core/requirement.ts'
import { EM } from '../constants.ts'
import type { ElfTables } from '../tables.ts'
import { floatAbiOf } from '../machine.ts'
import { libcOf } from './libc.ts'

/** Calling conventions that the architecture's name alone does not fix. */
export function abiRequirements(tables: ElfTables): Requirement[] {
  const { file } = tables
  const requirements: Requirement[] = []
  const flags = `e_flags 0x${file.header.e_flags.toString(16)}`
  const offset = file.is64 ? 48 : 36
  const floatAbi = floatAbiOf(file) ?? interpreterFloatAbi(tables)
  if (floatAbi !== undefined) {
    // A static program calls nothing but the kernel, which takes no floating-point arguments.
    const isStatic = libcOf(tables) === 'static'
    requirements.push({
      kind: 'abi',
      name: 'float-abi',
      version: isStatic ? 'any' : floatAbi,
      need: 'required',
      evidence: [{ text: `${flags}: ${floatAbi}-float${isStatic ? ', but statically linked' : ''}`, offset }],
    })
  }
  const usuallyLittle = file.header.e_machine === EM.AARCH64 || file.header.e_machine === EM.ARM
  if (usuallyLittle && !file.littleEndian) {
    requirements.push(abi('byte-order', 'big', 'EI_DATA 2 (big-endian)', 5))
  }
  if (file.header.e_machine === EM.X86_64 && !file.is64) {
    requirements.push(abi('data-model', 'x32', 'EI_CLASS 1 (32-bit) on x86-64', 4))
  }
  return requirements
}

function abi(name: string, version: string, text: string, offset: number): Requirement {
  return { kind: 'abi', name, version, need: 'required', evidence: [{ text, offset }] }
}

/** Files older than the e_flags bits: the loader's name tells. */
function interpreterFloatAbi({ file, interpreter }: ElfTables): string | undefined {
  if (file.header.e_machine !== EM.ARM || interpreter === undefined) return undefined
  return /armhf/.test(interpreter) ? 'hard' : 'soft'
}
