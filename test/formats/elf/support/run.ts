import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'

export const run = promisify(execFile)

/** Is a program of that name on the PATH? */
export function hasTool(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Standard output of a command; large enough for symbol listings. */
export async function output(command: string, args: readonly string[]): Promise<string> {
  return (await run(command, [...args], { maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C' } })).stdout
}
