import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { withPlainRequire } from '../../src/bundling/created-require.ts'
import { levels } from '../../src/core/transform.ts'
import { build, project, runIn } from './project.ts'

describe('`createRequire(import.meta.url)`', () => {
  test.each(levels)('what is required by it is in the bundle (%s)', async (level) => {
    const root = project({
      'package.json': '{"type":"module"}',
      'src/handler.mts': `
        import { createRequire } from 'node:module'
        const require = createRequire(import.meta.url)
        const data: { a: number } = require('./data.json')
        const { add } = require('./lib.cjs')
        export const handler = async () => [data.a, add(1, 2), require('node:path').basename('/x/y'), require('fonts').name]`,
      'src/data.json': '{"a":5}',
      'src/lib.cjs': 'exports.add = (a, b) => a + b',
      'node_modules/fonts/package.json': '{"name":"fonts","version":"1.0.0","type":"module","exports":"./index.js","imports":{"#fonts/*":"./all/*.cjs"}}',
      'node_modules/fonts/index.js': `import { createRequire as make } from 'module'; const load = make(import.meta.url); export const name = (() => load('#fonts/one'))().name`,
      'node_modules/fonts/all/one.cjs': `exports.name = 'one'`,
    })
    const built = await build(['src/handler.mts'], { root, level })
    for (const folder of ['node_modules', 'src']) renameSync(join(root, folder), join(root, `away-${folder}`))
    expect(JSON.parse(runIn(join(built.folder, built.chunks[0]!.path)))).toEqual([5, 3, 'y', 'one'])
  })

  const start = `import { createRequire } from 'node:module'\n`
  const made = 'createRequire(import.meta.url)'

  test('other uses keep the one that was made', async () => {
    const plain = await withPlainRequire('a.ts', `${start}const require = ${made}\nconst x: number = require('./x.json')\nuse(require.resolve('y'), require(name), { require: 1 }.require)`)
    expect(plain?.code).toBe(`${start}const createdRequire = /* @__PURE__ */ ${made}\nconst x: number = require('./x.json')\nuse(createdRequire.resolve('y'), createdRequire(name), { require: 1 }.require)`)
  })

  test.each([
    ['a parameter of its name', `const load = ${made}\nexport const f = (load) => load('./x')`],
    ['another `require`', `const load = ${made}\nload('./x')\nexport const f = (require) => require('y')`],
    ['one that is handed on', `const load = ${made}\nload('./x')\nuse(load)`],
    ['one of another place', `const load = createRequire('/elsewhere/')\nload('./x')`],
    ['one of somebody else', `import { createRequire as other } from './mine.js'\nconst load = other(url)\nload('./x')`],
    ['nothing required', `const load = ${made}\nload.resolve('./x')`],
  ])('%s stays', async (_name, text) => {
    expect(await withPlainRequire('a.js', start + text)).toBeUndefined()
  })
})
