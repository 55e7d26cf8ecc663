import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { templatesToStrings } from '../../../src/formats/js/minify/templates-to-strings.ts'

describe('templates as strings', () => {
  it.each(['`a`', '`it\'s "b"`', '`a\nb`', '`\\``', '`\\${a}`', '`\\\\`', '`\\\\"\'\\n\n`', '`\\"\'\n`', '`a\\\nb"\'`', '`é\u2028`', '`"`', "`'`", '``', '`a\r\nb\rc`', '`a\\\r\nb"\'`'])(
    '%j means the same',
    async (code) => {
      const written = await templatesToStrings(`(${code})`, 'script', true)
      expect(written).not.toContain('(`')
      expect(runInNewContext(written)).toBe(runInNewContext(code))
      const fixed = await templatesToStrings(`(${code})`, 'script', false)
      expect(fixed).toHaveLength(code.length + 2)
      expect(runInNewContext(fixed)).toBe(runInNewContext(code))
    },
  )
  it('leaves tags and substitutions alone, and what is inside them does change', async () => {
    expect(await templatesToStrings('f`a`+`a${`b`}`', 'script', false)).toBe('f`a`+`a${"b"}`')
  })
})
