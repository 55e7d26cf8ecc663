import { expect, test } from 'vitest'
import { LimitError } from '../../../src/core/errors.ts'
import { parseScript } from '../../../src/formats/js/read/parse-script.ts'

test('a text whose tree is too large for a string is refused as such: it is no bug', async () => {
  const error: unknown = await parseScript('a.js', 'a;'.repeat(4_000_000)).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LimitError)
  expect((error as LimitError).message).toBe('the text is 8000000 code units long, and so dense that its syntax tree is larger than the parser can hand over')
})
