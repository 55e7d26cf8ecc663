import { expect, test } from 'vitest'
import { js } from '../../../src/formats/js/index.ts'
import { verify } from '../../../src/formats/js/verify.ts'
import { artifact, memoryContext } from './context.ts'

/** What is wrong with `after` as a rewriting of `before`. */
async function problems(before: string, after: string, path = 'a.mjs'): Promise<readonly string[]> {
  const read = (text: string) => js.analyze(artifact(path, text), { shallow: true }, memoryContext())
  return verify(await read(before), await read(after))
}

test('a name whose declaration was lost, and a global one that a name of the script took the place of, are no result', async () => {
  const before = 'const total=(list)=>list.reduce((sum,each)=>sum+each,0);console.log(total([1,2]),performance.now())'
  expect(await problems(before, 'const a=b=>b.reduce((c,d)=>c+d,0);console.log(a([1,2]),performance.now())')).toEqual([])
  expect(await problems(before, 'console.log(a([1,2]),performance.now())')).toEqual(['names are declared nowhere now: a'])
  expect(await problems(before, 'const a=b=>b.reduce((c,d)=>c+e,0);console.log(a([1,2]),performance.now())')).toEqual(['names are declared nowhere now: e'])
  expect(await problems(before, 'const console=b=>b;console.log(performance.now())')).toEqual(['global names mean something of its own now: console'])
})

test('what is dropped, what the language has, and hints for Node’s lexer are no loss', async () => {
  expect(await problems('if(typeof window<"u")alert(1);export const a=()=>1', 'export const a=()=>1')).toEqual([])
  expect(await problems('export const a=[...b()]; function b(){return [1]}', 'export const a=Array.from(b());function b(){return[1]}')).toEqual([])
  expect(await problems('exports.a=1;exports.b=function(){}', '0&&(module.exports={a,b});var c=exports;c.a=1,c.b=function(){}', 'a.cjs')).toEqual([])
  // the same name, read and not hinted at
  expect(await problems('exports.a=1;exports.b=function(){}', '0&&(module.exports={a,b});var c=exports;c.a=1,c.b=a', 'a.cjs')).toEqual(['names are declared nowhere now: a'])
  expect(await problems('log(\\u{61}b);var ab', 'log(e);var ab', 'a.js')).toEqual([])
})
