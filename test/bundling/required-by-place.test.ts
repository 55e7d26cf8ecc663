import { expect, it } from 'vitest'
import { requiredByPlace } from '../../src/bundling/required-by-place.ts'

it('follows paths that a module puts together from its own place', async () => {
  const text = "const path = require('path'); const root = path.join(__dirname, '..'); require(path.join(root, 'package.json')); require(`${__dirname}/b.js`); require(name)"
  expect(await requiredByPlace('/app/lib/a.js', text)).toEqual(['/app/lib/b.js', '/app/package.json'])
})

it('ends where each name stands for many of the one before', async () => {
  const names = Array.from({ length: 15 }, (_, index) => `const v${index + 1} = \`${`\${v${index}}`.repeat(20)}\``)
  expect(await requiredByPlace('/app/a.js', ['const v0 = __dirname', ...names, 'require(v15)', "require(v0 + '/b.js')"].join('\n'))).toEqual(['/app/b.js'])
})
