import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { UsageError } from '../../core/errors.ts'
import { readFailed } from '../../node/read-failed.ts'
import { checkReport, type PreviousReport } from './check-report.ts'

/** Bytes of a report that are read. Parsed, JSON may take thirty times its length in memory. */
const maxBytes = 2 ** 26

/** Lists and objects within each other, of which reports have about ten. Empty ones take eighty times their length in memory. */
const maxDepth = 100

/**
 * The report that `--json` or `--reporter json=FILE` wrote: a file, or a pipe (`<(git show main:report.json)`).
 *
 * @param file as given
 * @throws UsageError
 */
export async function readPreviousReport(file: string, cwd: string, signal: AbortSignal): Promise<PreviousReport> {
  const text = await readText(file, resolve(cwd, file), signal)
  return checkReport(parse(text, file), file)
}

async function readText(file: string, path: string, signal: AbortSignal): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of createReadStream(path, { signal }) as AsyncIterable<Buffer>) {
      length += piece.length
      if (length > maxBytes) throw new UsageError(`${file}: longer than ${maxBytes / 2 ** 20} MiB, which no report is compared with`, 'Name a report that `--json` printed.')
      pieces.push(piece)
    }
  } catch (error) {
    if (signal.aborted || error instanceof UsageError) throw error
    const { message, hint } = readFailed(path, error)
    const first = 'Write one first: `shrink analyze … --reporter json=FILE`.'
    throw new UsageError(`${file}: the report to compare with ${message}`, (error as NodeJS.ErrnoException).code === 'ENOENT' ? first : hint)
  }
  // without the mark that some editors put before UTF-8
  return new TextDecoder().decode(Buffer.concat(pieces))
}

function parse(text: string, file: string): unknown {
  if (nestsDeeper(text, maxDepth)) throw new UsageError(`${file}: is no report of shrink: it nests deeper than ${maxDepth} levels`, 'Name a report that `--json` printed.')
  try {
    return JSON.parse(text)
  } catch (error) {
    // the message quotes the text, which may be anything
    const message = (error instanceof Error ? error.message : String(error)).slice(0, 200).replace(/\s+/g, ' ')
    throw new UsageError(`${file}: is not JSON: ${message}`, 'Name a report that `--json` printed, whole.')
  }
}

/** Of JSON; of what is none, which is not parsed to its end, any answer will do. */
function nestsDeeper(text: string, most: number): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 34: // "
        for (at++; at < text.length && text.charCodeAt(at) !== 34; at++) if (text.charCodeAt(at) === 92) at++
        break
      case 91: // [
      case 123: // {
        if (++depth > most) return true
        break
      case 93: // ]
      case 125: // }
        depth--
    }
  }
  return false
}
