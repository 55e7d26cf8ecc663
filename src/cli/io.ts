/** What the command line talks to: the process, or a test. */
export interface Io {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  stdout(text: string): void
  stderr(text: string): void
  readonly stdoutIsTerminal: boolean
  readonly stderrIsTerminal: boolean
  /** Columns of the terminal. */
  readonly columns: number
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal
}

/**
 * How long an interrupted run has to come to its end. Parsers and compressors cannot be ended half-way, and what starts
 * programs (Docker, CI) kills after ten seconds, which leaves no time to remove temporary folders.
 */
const graceMilliseconds = 2000

/** The process's own. Ctrl-C, SIGTERM and a closed terminal abort `signal`; a second one ends the process at once. */
export function processIo(): Io {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130)
      controller.abort(new Error(name))
      setTimeout(() => {
        process.stderr.write('shrink: interrupted\n')
        process.exit(130)
      }, graceMilliseconds).unref()
    })
  }
  for (const stream of [process.stdout, process.stderr]) {
    // `shrink … | head` closes the pipe when it has seen enough; that is no failure.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    stdoutIsTerminal: process.stdout.isTTY === true,
    stderrIsTerminal: process.stderr.isTTY === true,
    columns: process.stdout.columns ?? 100,
    signal: controller.signal,
  }
}

/** NO_COLOR, FORCE_COLOR and whether anybody looks. */
export function wantsColor(io: Io): boolean {
  if (io.env['NO_COLOR'] !== undefined && io.env['NO_COLOR'] !== '') return false
  if (io.env['FORCE_COLOR'] !== undefined && io.env['FORCE_COLOR'] !== '0') return true
  return io.stdoutIsTerminal && io.env['TERM'] !== 'dumb'
}
