import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { corpusRoot } from './fetch.ts'

const run = promisify(execFile)

/** Sources, lockfile and the program that invokes a bundle. */
export const lambdaFixture: string = fileURLToPath(new URL('../../fixtures/apps/lambda', import.meta.url))

export const lambdaEntries: readonly string[] = [
  'a-throttle', 'b-s3', 'c-ddb', 'd-zod', 'e-datefns', 'f-rxjs', 'g-octokit', 'h-express', 'i-jose', 'j-effect',
]

/** A copy of the fixture with its locked dependencies installed (no scripts run), made once per lockfile. */
export async function installLambda(): Promise<string> {
  const lock = await readFile(join(lambdaFixture, 'package-lock.json'))
  const folder = join(corpusRoot, `lambda-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`)
  const there = await access(join(folder, 'node_modules')).then(() => true, () => false)
  if (!there) {
    await mkdir(corpusRoot, { recursive: true })
    const work = await mkdtemp(join(corpusRoot, '.fetch-'))
    try {
      for (const name of ['package.json', 'package-lock.json']) await cp(join(lambdaFixture, name), join(work, name))
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: work })
      await rename(work, folder).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error // another run was faster
      })
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  }
  await cp(join(lambdaFixture, 'src'), join(folder, 'src'), { recursive: true })
  return folder
}

/** What the entry's handler answers, from a bundle of it. */
export async function invokeLambda(file: string, entry: string): Promise<string> {
  const { stdout } = await run(process.execPath, [join(lambdaFixture, 'run.mjs'), file, entry], { timeout: 60_000 })
  return stdout.trim()
}
