import { expect, test } from 'vitest'
import { witnessPath } from '../../../../src/formats/elf/cpu/program/witness-path.ts'

const pathOf = (length: number): string[] =>
  witnessPath(length - 1, (index) => ({ from: index - 1, how: index === 0 ? 'entry' : index % 2 === 0 ? 'table' : 'call' }), (index) => `f${index}`)

test('a witness path begins at its root and says how one came to what nothing calls', () => {
  expect(pathOf(4)).toEqual(['f0 (entry)', 'f1', 'f2 (table)', 'f3'])
})

test('a long one keeps its root and says how many it leaves out', () => {
  const path = pathOf(30)
  expect(path).toHaveLength(21)
  expect(path[0]).toBe('f0 (entry)')
  expect(path[6]).toBe('… 10 more …')
  expect(path.at(-1)).toBe('f29')
})
