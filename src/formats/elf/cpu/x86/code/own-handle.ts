import type { MemoryImage } from '../../program/memory-image.ts'

/** Does what lies at an address point to itself, and so is a structure of its own: `__dso_handle`, which `__cxa_atexit` is told? */
export function pointsToItself({ slots }: MemoryImage, address: number): boolean {
  return slots.get(address)?.address === address
}
