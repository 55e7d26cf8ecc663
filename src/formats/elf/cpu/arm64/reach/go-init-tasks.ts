import type { MemoryImage } from '../../program/memory-image.ts'

/** Words before the pointers: state, how many tasks go before, how many functions. */
const HEADER = 3
/** More packages, or functions of one, than any program has. */
const MOST = 0x1_0000

/**
 * The places of pointers to the functions that initialize a package of Go, where `place` begins what tells of them: until
 * Go 1.20 `runtime.main` is given the main package's (`runtime.initTask`), and the tasks of all packages that are to be
 * initialized before stand in front of the functions, so that those are far from the beginning. (Since Go 1.21 they follow on
 * two numbers, and tasks stand in lists.)
 */
export function functionsOfInitTask({ dataAt, dataPointers, codePointers, view }: MemoryImage, place: number): number[] {
  const range = dataAt(place)
  if (range?.offset === undefined || place + HEADER * 8 > range.end) return []
  const header = range.offset + place - range.address
  if (header + HEADER * 8 > view.byteLength) return []
  const word = (index: number): number => (view.getUint32(header + index * 8 + 4, true) === 0 ? view.getUint32(header + index * 8, true) : MOST)
  const [state, before, count] = [word(0), word(1), word(2)]
  if (state !== 0 || before >= MOST || count >= MOST) return []
  const places: number[] = []
  for (let index = 0; index < before + count; index++) {
    const pointer = place + (HEADER + index) * 8
    if ((index < before ? dataPointers : codePointers).get(pointer) === undefined) return []
    if (index >= before) places.push(pointer)
  }
  return places
}
