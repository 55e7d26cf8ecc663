import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'

/** What is still there, and has to be gone when the process ends, however it ends. */
const open = new Set<string>()

export interface TemporaryFolder {
  /** Absolute. */
  readonly path: string
  remove(): Promise<void>
  /** It stays, under this name or another. */
  keep(): void
}

/**
 * Makes a folder that is gone after `remove`, and at the latest when the process ends: by a second Ctrl-C or a call of
 * `process.exit` of a program that uses the library, too.
 *
 * @param start absolute path of the folder, which characters of chance are added to
 */
export async function temporaryFolder(start: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(start)
  if (open.size === 0) process.on('exit', removeAll)
  open.add(path)
  const forget = (): void => {
    if (open.delete(path) && open.size === 0) process.off('exit', removeAll)
  }
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true })
      forget()
    },
    keep: forget,
  }
}

function removeAll(): void {
  for (const path of open) {
    try {
      // Threads may still write into it.
      rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    } catch {
      // There is nobody left to tell.
    }
  }
}
