import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { installApplication } from './install.ts'

const run = promisify(execFile)

/** Sources, lockfile and the program that invokes a bundle. */
export const lambdaFixture: string = fileURLToPath(new URL('../../fixtures/apps/lambda', import.meta.url))

export const lambdaEntries: readonly string[] = [
  'a-throttle', 'b-s3', 'c-ddb', 'd-zod', 'e-datefns', 'f-rxjs', 'g-octokit', 'h-express', 'i-jose', 'j-effect',
]

/** The fixture with its dependencies. */
export function installLambda(): Promise<string> {
  return installApplication(lambdaFixture)
}

/** What the entry's handler answers, from a bundle of it. */
export async function invokeLambda(file: string, entry: string): Promise<string> {
  const { stdout } = await run(process.execPath, [join(lambdaFixture, 'run.mjs'), file, entry], { timeout: 60_000 })
  return stdout.trim()
}
