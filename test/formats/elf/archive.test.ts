import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ShrinkError } from '../../../src/core/errors.ts'
import { elf } from '../../../src/formats/elf/index.ts'
import { withFolder } from './support/build.ts'
import { analyze, optimize } from './support/optimize.ts'
import { hasTool, run } from './support/run.ts'

test.skipIf(!hasTool('gcc') || !hasTool('ar'))('a static archive is named with its members and left alone (skipped without gcc, ar)', async () => {
  await withFolder(async (folder) => {
    for (const name of ['one', 'a-name-longer-than-fifteen-characters']) {
      await writeFile(join(folder, `${name}.c`), `int ${name.replaceAll('-', '_')}(void) { return 1; }\n`)
      await run('gcc', ['-c', '-g', `${name}.c`], { cwd: folder })
    }
    await run('ar', ['rcsD', 'lib.a', 'one.o', 'a-name-longer-than-fifteen-characters.o'], { cwd: folder })
    const bytes = new Uint8Array(await readFile(join(folder, 'lib.a')))
    expect(elf.recognizes('lib.a', bytes)).toBe(true)
    const { properties, sizes } = await analyze(bytes)
    expect(properties).toMatchObject({
      type: 'static-archive',
      members: [{ name: 'one.o' }, { name: 'a-name-longer-than-fifteen-characters.o' }],
    })
    expect(sizes.ranges.reduce((sum, range) => sum + range.size, 0)).toBe(bytes.byteLength)
    expect((await optimize(bytes)).artifact.bytes).toBe(bytes)
    for (let length = 0; length < 400; length++) {
      await analyze(bytes.subarray(0, length)).catch((error: unknown) => expect(error).toBeInstanceOf(ShrinkError))
    }
  })
})
