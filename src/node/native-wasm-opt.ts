import { execFile } from 'node:child_process'
import { open, readFile, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { ShrinkError } from '../core/errors.ts'
import type { Tool } from '../core/tool.ts'
import { temporaryFolder } from './temporary-folder.ts'

const execute = promisify(execFile)

/** Older ones miss feature flags that the reader names exactly, and optimise up to 13 % worse. */
const oldestVersion = 120

interface Program {
  readonly path: string
  readonly version: number
}

/** The program that the user named. @throws ShrinkError when it cannot be run or is too old */
export async function namedWasmOpt(path: string, signal: AbortSignal): Promise<Tool> {
  const version = await versionOf(path)
  if (version === undefined) {
    throw new ShrinkError('transform/failed', `${path} does not answer --version as wasm-opt does`, {
      hint: 'Check the option wasm.wasmOpt; without it the bundled wasm-opt is used.',
    })
  }
  if (version < oldestVersion) {
    throw new ShrinkError('transform/failed', `${path} is wasm-opt ${version}, ${oldestVersion} or later is needed`, {
      hint: 'Leave out the option wasm.wasmOpt to use the bundled wasm-opt.',
    })
  }
  return nativeTool({ path, version }, signal)
}

/** A native wasm-opt of version 120 or later in PATH; scripts (npm's own wrappers) are passed over. */
export async function wasmOptInPath(signal: AbortSignal): Promise<Tool | undefined> {
  const names = process.platform === 'win32' ? ['wasm-opt.exe'] : ['wasm-opt']
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue
    for (const name of names) {
      const path = await realpath(join(folder, name)).catch(() => undefined)
      if (path === undefined || (await isScript(path))) continue
      const version = await versionOf(path)
      if (version !== undefined && version >= oldestVersion) return nativeTool({ path, version }, signal)
    }
  }
  return undefined
}

function nativeTool({ path, version }: Program, signal: AbortSignal): Tool {
  const title = `wasm-opt ${version} (native)`
  return {
    title,
    async run(input, args, limits) {
      const folder = await temporaryFolder(join(tmpdir(), 'shrink-wasm-opt-'))
      try {
        const [from, to] = [join(folder.path, 'in.wasm'), join(folder.path, 'out.wasm')]
        await writeFile(from, input)
        const run = execute(path, [from, ...args, '-o', to], { signal, timeout: limits.seconds * 1000, killSignal: 'SIGKILL' })
        const watch = watchMemory(run.child.pid, limits.memory, () => run.child.kill('SIGKILL'))
        try {
          await run
        } catch (error) {
          signal.throwIfAborted()
          throw new ShrinkError('transform/failed', `${title}: ${whyFailed(error, watch.exceeded, limits)}`)
        } finally {
          watch.stop()
        }
        return await readFile(to)
      } finally {
        await folder.remove()
      }
    },
    close: async () => undefined,
  }
}

function whyFailed(error: unknown, exceeded: boolean, limits: { readonly seconds: number; readonly memory: number }): string {
  if (exceeded) return `out of memory (${limits.memory} MiB allowed)`
  const { killed, stderr, message } = error as { killed?: boolean; stderr?: string; message: string }
  if (killed === true) return `stopped after ${limits.seconds} s`
  return stderr?.split('\n').find((line) => line.trim() !== '') ?? message
}

/** Ends a process that holds more memory than allowed. Only Linux says how much that is without another program. */
function watchMemory(pid: number | undefined, limit: number, end: () => void): { readonly exceeded: boolean; stop(): void } {
  const watch = { exceeded: false, stop: (): void => clearInterval(timer) }
  const timer = setInterval(() => {
    readFile(`/proc/${pid}/statm`, 'latin1').then(
      (text) => {
        // Second field: resident pages of 4 KiB or more; counting 4 errs on the side of letting it go on.
        if (Number(text.split(' ')[1]) * 4 <= limit * 1024) return
        watch.exceeded = true
        end()
      },
      () => undefined,
    )
  }, 200)
  if (process.platform !== 'linux' || pid === undefined) clearInterval(timer)
  return watch
}

async function versionOf(path: string): Promise<number | undefined> {
  const text = await execute(path, ['--version'], { timeout: 10_000 }).then(
    ({ stdout }) => stdout,
    () => '',
  )
  const match = /^wasm-opt version (\d+)/.exec(text)
  return match === null ? undefined : Number(match[1])
}

async function isScript(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return true
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead < 2 || buffer.toString('latin1') === '#!'
  } finally {
    await file.close()
  }
}
