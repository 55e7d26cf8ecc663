import { describe, expect, test } from 'vitest'
import { guessNesting, NESTING_LIMIT } from '../../src/core/nesting.ts'

const deep = '['.repeat(30_000) + ']'.repeat(30_000)
const long = Array.from({ length: 10_000 }, (_, i) => `Name${i}`).join('.')

describe('nesting that something stands in front of is seen', () => {
  test.each([
    ["/'/;", ";/'/"],
    ['/"/;', ';/"/'],
    ['/`/;', ';/`/'],
    ['/[/*]/;', ';/[*/]/'],
    ["a=/[']/;", ";b=/[']/"],
    ["if(a)/'/.test(b);", ";c=/'/"],
    ["return /'/,", ",/'/"],
    ["{}/'/.test(a);", ";b=/'/"],
    ["a/b;'/';", ";c/d;'/'"],
    ["(a)/b/c;", ''],
    ["a++/b;/'/;", ";/'/"],
    ["({})/'/';", ";'"],
    ["(function(){}/'/');", ";'"],
    ["x=/'/;(function(){}/'/');", ";'"],
    ["x=a?b:function(){}/'/';", ";'"],
    ["x={a:class{}/'/'};", ";'"],
    ["y=[async function(){}/'/'];", ";'"],
    ["return class extends a(){}/'/';", ";'"],
    ['<!-- `\n', '\n// `'],
    ['x\n--> `\n', '\n// `'],
    ['#!/bin/`\n', '\n// `'],
    ['`${a}`;', ';`${b}`'],
    ['`${{}}${', '}`'],
    ["`'`;", ";`'`"],
    ["/* ' */", "/* ' */"],
    ["a// '\n", " // '"],
  ])('%s … %s', (before, after) => {

    expect(guessNesting(before + deep + after)).toBeGreaterThan(NESTING_LIMIT)
  })
})

test.each([`a=\`${long}\`.split(".")`, `a="${long}".split(".")`, `a=/${long}/`, '/[/\'"`({[]/.test(a)&&b();\n'.repeat(2000), '`${a}({[`;\n'.repeat(2000), 'a=b/2;c=(d)/"(".length;e=f[0]/g;\n'.repeat(2000)])(
  'what is in literals does not nest: %.20s…',
  (text) => expect(guessNesting(text)).toBeLessThan(NESTING_LIMIT / 10),
)
