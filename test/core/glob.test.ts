import { expect, test } from 'vitest'
import { globMatcher } from '../../src/core/glob.ts'

test.each([
  ['*.js', ['a.js'], ['lib/a.js', 'a.jsx', 'ajs']],
  ['**/*.js', ['a.js', 'lib/a.js', 'a/b/c.js'], ['a.mjs']],
  ['lib/**', ['lib/a', 'lib/b/c'], ['lib', 'library/a']],
  ['./lib/', ['lib/a', 'lib/b/c'], ['a/lib/b']],
  ['**', ['a', 'a/b', 'a\nb'], []],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/xb', 'ab']],
  ['?.{js,css}', ['a.js', 'b.css'], ['ab.js', '/.js', 'a.ts']],
  ['a+(b)[c].^$|\\,}', ['a+(b)[c].^$|\\,}'], ['aab']],
  ['{a,b', ['a', 'b'], ['{a,b']],
])('%s', (pattern, is, isNot) => {
  expect([...is, ...isNot].filter(globMatcher(pattern))).toEqual(is)
})
