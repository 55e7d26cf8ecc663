import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { threadPool } from '../../src/node/thread-pool.ts'
import type { Job } from '../../src/pipeline/job.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { exists } from '../../src/native/project.ts'

test('a thread whose job runs is told, and puts away what it has before it is ended', async () => {
  const folder = tempFolder()
  const script = join(folder, 'worker.mjs')
  const [began, putAway] = [join(folder, 'began'), join(folder, 'put-away')]
  await writeFile(
    script,
    `import { writeFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
parentPort.on('message', (request) => {
  writeFileSync(request.abort ? ${JSON.stringify(putAway)} : ${JSON.stringify(began)}, '')
  if (request.abort) parentPort.postMessage({ id: 0, failure: { message: 'aborted' } })
})
`,
  )
  const pool = threadPool(pathToFileURL(script), 2, ({ message }) => new Error(message))
  const run = pool.run({} as Job)
  const ended = expect(run).rejects.toThrow('closed')
  await expect.poll(() => exists(began)).toBe(true)
  await pool.close()
  await ended
  expect(await exists(putAway)).toBe(true)
})
