import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Where a path leads once its symbolic links are followed, whether something is there already or not. */
export async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : join(await realPlace(above), basename(path))
  }
}
