import type { Progress } from '../api/progress.ts'
import { printable } from '../reporters/printable.ts'
import type { Io } from './io.ts'

/** Nothing is shown for what is over sooner than this, in milliseconds. */
const patience = 1000

/** One line on stderr that rewrites itself; silent when nobody looks. */
export interface ProgressLine {
  readonly onProgress: ((progress: Progress) => void) | undefined
  /** Wipes the line. */
  clear(): void
}

export function progressLine(io: Io, quiet: boolean): ProgressLine {
  if (quiet || !io.stderrIsTerminal || (io.env['CI'] ?? '') !== '') return { onProgress: undefined, clear: () => undefined }
  const started = performance.now()
  let shown = false
  return {
    onProgress({ done, total, path }) {
      if (performance.now() - started < patience) return
      shown = true
      const line = `[${done}/${total}] ${printable(path)}`
      io.stderr(`\r\u001b[K${line.slice(0, Math.max(10, io.columns - 1))}`)
    },
    clear() {
      if (shown) io.stderr('\r\u001b[K')
      shown = false
    },
  }
}
