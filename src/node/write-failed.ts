import { ShrinkError } from '../core/errors.ts'

/** The typed error for a failed write, with the operating system's reason. */
export function writeFailed(path: string, error: unknown): ShrinkError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error)
  const reason = code === 'ENOSPC' ? 'the disk is full' : code
  return new ShrinkError('output/write-failed', `${path}: cannot be written: ${reason}`, {
    hint: 'Check permissions and free space. What was there before is still there.',
    cause: error,
  })
}
