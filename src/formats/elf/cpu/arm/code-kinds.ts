import { STT } from '../../constants.ts'
import type { MappedRange } from '../../read/address-space.ts'
import type { ElfFile } from '../../read/elf-file.ts'
import { readDynamic } from '../../read/dynamic.ts'
import { readDynamicSymbols, readSymtab } from '../../read/symbols.ts'
import type { GoCode } from '../go-code.ts'

/** A stretch of one instruction set, or of data among the code. File space is relative to the range. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly kind: 'a32' | 't32' | 'data'
}

const WINDOW = 64

/**
 * Which instruction set stands where: by mapping symbols (ELF for the Arm Architecture, 5.5.5) where there are any, by
 * function symbols else (bit 0 of a T32 function's address is set), and by what the words look like in a stripped file. Go's
 * compiler makes A32 only.
 */
export function codeKinds(file: ElfFile, range: MappedRange, go: GoCode | undefined): { readonly stretches: readonly Stretch[]; readonly marked: boolean } {
  const marks = mappingMarks(file, range)
  return marks.length > 0 ? { stretches: between(marks, range), marked: true } : { stretches: guessed(file, range, go), marked: false }
}

function guessed(file: ElfFile, range: MappedRange, go: GoCode | undefined): Stretch[] {
  const { view } = file.reader
  const stretches: Stretch[] = []
  let kind = functionKind(file, range)
  for (let from = 0; from < range.size; from += WINDOW) {
    const to = Math.min(range.size, from + WINDOW)
    let always = 0
    let words = 0
    for (let at = from; at + 4 <= to; at += 4, words++) if (view.getUint32(range.offset + at, true) >>> 28 === 14) always++
    // nearly all A32 instructions are executed always; of T32 code one word in sixteen looks so by chance
    if (always > 0.5 * words) kind = 'a32'
    else if (always < 0.25 * words) kind = 't32'
    stretches.push({ from, to, kind: go?.has(range.address + from) === true ? 'a32' : kind })
  }
  return stretches
}

type Mark = readonly [at: number, kind: Stretch['kind']]

function mappingMarks(file: ElfFile, range: MappedRange): Mark[] {
  const symbols = readSymtab(file)
  const marks: Mark[] = []
  for (let index = 1; index < (symbols?.count ?? 0); index++) {
    if (symbols!.type(index) !== STT.NOTYPE) continue
    const at = symbols!.value(index) - range.address
    if (at < 0 || at >= range.size) continue
    const kind = /^\$([atd])(?:\..*)?$/.exec(symbols!.name(index))?.[1]
    if (kind !== undefined) marks.push([at, kind === 'a' ? 'a32' : kind === 't' ? 't32' : 'data'])
  }
  return marks.sort(([a], [b]) => a - b)
}

function between(marks: readonly Mark[], { size }: MappedRange): Stretch[] {
  return marks.flatMap(([from, kind], index) => {
    const to = marks[index + 1]?.[0] ?? size
    return to > from ? [{ from, to, kind }] : []
  })
}

/** What most functions with a name are. */
function functionKind(file: ElfFile, range: MappedRange): 'a32' | 't32' {
  const symbols = readDynamicSymbols(file, readDynamic(file))
  let thumb = Number(file.header.e_entry & 1n) === 1 ? 1 : -1
  for (let index = 1; index < (symbols?.count ?? 0); index++) {
    const at = symbols!.value(index) - range.address
    if (symbols!.type(index) === STT.FUNC && at >= 0 && at < range.size) thumb += at % 2 === 1 ? 1 : -1
  }
  return thumb > 0 ? 't32' : 'a32'
}
