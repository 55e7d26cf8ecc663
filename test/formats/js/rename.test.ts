import { readFileSync } from 'node:fs'
import { minifySync } from 'oxc-minify'
import { createContext, runInContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { gzipSize } from '../../../src/bytes/encoded-size.ts'
import { alphaDifference } from '../../../src/formats/js/minify/rename/alpha-equivalence.ts'
import { letters, letterUnits } from '../../../src/formats/js/minify/rename/letters.ts'
import { buildNameGraph } from '../../../src/formats/js/minify/rename/name-graph.ts'
import { renameLetters } from '../../../src/formats/js/minify/rename/rename-letters.ts'
import { parseScript, type ParseGoal } from '../../../src/formats/js/read/parse-script.ts'
import { readScopes } from '../../../src/formats/js/scope/read-scopes.ts'

async function read(text: string, goal: ParseGoal = 'script') {
  const script = await parseScript('a.js', text, goal)
  return { text, script, scopes: await readScopes(script.program, { freezeTop: goal === 'script' }) }
}

/** Gives every binding random letters that the graph allows. */
function shuffled(text: string, scopes: Awaited<ReturnType<typeof read>>['scopes'], seed: number): string {
  const graph = buildNameGraph(scopes)
  const units = [...text].map((char) => char.charCodeAt(0))
  let state = seed
  const random = (limit: number): number => (state = (state * 48271) % 2147483647) % limit
  for (let move = 0; move < graph.size * 30; move++) {
    const node = random(graph.size)
    const letter = random(letters.length)
    const mask = letter < 32 ? graph.forbiddenLow[node]! : graph.forbiddenHigh[node]!
    if (graph.movable[node] === 0 || (mask & (1 << (letter & 31))) !== 0) continue
    const around = graph.neighbours.subarray(graph.neighbourStarts[node], graph.neighbourStarts[node + 1])
    if (around.some((other) => graph.letters[other] === letter)) continue
    graph.letters[node] = letter
    for (let i = graph.placeStarts[node]!; i < graph.placeStarts[node + 1]!; i++) units[graph.places[i]!] = letterUnits[letter]!
  }
  return String.fromCharCode(...units)
}

function run(text: string): string {
  const out: unknown[] = []
  const log = (...values: unknown[]) => void out.push(...values.map((value) => (typeof value === 'function' ? 'function' : String(value))))
  try {
    runInContext(text, createContext({ log, z: 'global z' }))
  } catch (error) {
    out.push((error as Error).name)
  }
  return out.join(' ')
}

/** The same names for the same bindings: oxc's own scope analysis numbers them. */
function slots(text: string): string {
  return minifySync('a.js', text, { compress: false, mangle: { debug: true, toplevel: false } }).code
}

/** Nothing in these may move. */
const frozen = new Set([
  'catch parameter and var',
  'block function, sloppy',
  'block function under let',
  'block function and parameter',
  'direct eval',
])

const cases: Readonly<Record<string, string>> = {
  'closures and shadowing': '(function(a,b){var c=a;function d(a){return a+b+c}log(d(1),function(b){return b+c}(2))})(3,4)',
  'var hoists over let': '(function(a){{let b=1;{var c=2}log(b,c)}log(c,a)})(5)',
  'catch parameter and var': '(function(){var e="o";try{throw 1}catch(e){var e=2;log(e)}log(e)})()',
  'catch pattern': '(function(a){try{throw{b:1}}catch({b:c}){let d=c;log(c,d,a)}})(1)',
  'block function, sloppy': '(function(){log(typeof f);{function f(){return 1}log(f())}log(f())})()',
  'block function, strict': '"use strict";(function(f){{function g(){return f}log(g())}log(f)})(2)',
  'block function under let': '(function(f){{let f=3;{function f(){}}log(f)}log(f)})(2)',
  'block function and parameter': '(function(f){{function f(){return 9}log(f())}log(f)})(2)',
  'parameters do not see the body': '(function(x){(function(a,b=()=>x+a){var x=5;var a;log(b(),a,x)})(1)})(7)',
  'parameter expressions': '(function(a){(function(b,{c=b+a}={},[d]=[c]){log(b,c,d)})(1)})(2)',
  'body lexical may not be a parameter': '(function(a=1,b){let c=a;{let d=b;log(c,d)}})(1,2)',
  'names of function expressions': '(function(a){(function f(b){if(b)f(b-1);log(b,typeof f,a)})(1)})(0)',
  'class names': '(function(a){class C{static m(){return C.k+a}}C.k=1;var D=class E{static n(){return E===D}};log(C.m(),D.n())})(1)',
  'class fields and blocks': '(function(a){class C{b=a;static c=(()=>{let d=a;return d})();static{var e=2;C.f=e+a}#g=3;h(){return this.#g+this.b}}log(C.c,C.f,new C().h())})(1)',
  'for scopes': '(function(a){var b=[];for(let i=0,c=a;i<2;i++){let c=i;b.push(()=>i+c+a)}for(const d of b)log(d());for(var e in{k:1})log(e)})(1)',
  'switch scope': '(function(a){switch(a){case 1:let b=a;var c=b;default:log(b,c)}log(c)})(1)',
  labels: '(function(a){a:for(;;){for(;;)break a}log(a)})(1)',
  'free names are not captured': '(function(a){log(z,a);(function(b){log(typeof y,b)})(1)})(1)',
  'property names': '(function(a,b){var c={a,b:a,"a":2,[b]:a};var{a:d,b:e=a}=c;({a:d}=c);log(d,e,c.a,c.b)})(1,2)',
  'assignment patterns': '(function(a,b){[a,b]=[b,a];({x:a=5,...b}={});log(a,JSON.stringify(b))})(1,2)',
  'direct eval': '(function(a){var b=1;(function(c){log(eval("a+b+c"))})(2)})(3)',
  with: '(function(a){var b={c:1};with(b){log(c,a);(function(d){log(c,d)})(2)}})(3)',
  'sloppy eval makes a var': '(function(a){eval("var q=1");(function(b){log(q,b)})(a)})(1)',
  'arguments and this': '(function(a){arguments[0]=2;log(a,function(b){return arguments.length}(1,2))})(1)',
  generators: '(function(a){function*b(c){var d=yield c;log(d,a)}var e=b(1);log(e.next().value);e.next(3)})(2)',
  'duplicate parameters': '(function(a,a,b){log(a,b)})(1,2,3)',
  'text of a function': '(function(a){function b(c){return c}log(b.toString());log(a)})(1)',
  templates: '(function(a){log(`${a}${(b=>b+a)(1)}`)})(2)',
  'optional and nullish': '(function(a){var b=a?.b?.[a]??a;log(b)})(0)',
}

describe('scopes', () => {
  it.each(Object.entries(cases))('%s: random renaming is the same program', async (name, text) => {
    const before = await read(text)
    const expected = run(text)
    const byOxc = slots(text)
    let moved = 0
    for (let seed = 1; seed <= 25; seed++) {
      const renamed = shuffled(text, before.scopes, seed * 7919)
      if (renamed !== text) moved++
      expect(run(renamed), renamed).toBe(expected)
      expect(alphaDifference(before, await read(renamed)), renamed).toBeUndefined()
      expect(slots(renamed)).toBe(byOxc)
    }
    expect(moved > 0).toBe(!frozen.has(name))
  })

  it('names of modules: exports stay, imports move', async () => {
    const text = 'import{x as a}from"x";import b from"y";import*as c from"z";export const d=a;let e=b;export{e,c as f};export default function g(){return g}'
    const before = await read(text, 'module')
    const renamed = shuffled(text, before.scopes, 42)
    expect(renamed).not.toBe(text)
    expect(renamed).toMatch(/export const d=/)
    expect(renamed).toMatch(/export\{e,\w as f\}/)
    expect(alphaDifference(before, await read(renamed, 'module'))).toBeUndefined()
  })
})

describe('the proof', () => {
  const text = '(function(a,b){return a+b+c})'
  it.each([
    ['captures a free name', '(function(a,c){return a+c+c})'],
    ['frees a bound name', '(function(a,b){return a+d+c})'],
    ['joins two bindings', '(function(a,a){return a+a+c})'],
    ['swaps one reference', '(function(a,b){return b+b+c})'],
    ['changes the text', '(function(a,b){return a-b+c})'],
    ['renames a free name', '(function(a,b){return a+b+d})'],
    ['adds an identifier', '(function(a,b){return a+b+c+a})'],
    ['moves a declaration', '(function(a){var b;return a+b+c})'],
  ])('refuses what %s', async (_, other) => {
    expect(alphaDifference(await read(text), await read(other))).toBeTypeOf('string')
  })
  it('accepts what only has other names', async () => {
    expect(alphaDifference(await read(text), await read('(function(x,y){return x+y+c})'))).toBeUndefined()
  })
  it('refuses a global that got another name', async () => {
    expect(alphaDifference(await read('var a=1;a'), await read('var b=1;b'))).toMatch(/keep/)
  })
})

describe('renameLetters', () => {
  it('makes real code smaller for gzip, and is deterministic', async () => {
    const code = readFileSync('node_modules/magic-string/dist/magic-string.cjs.js', 'utf8')
    const short = minifySync('a.js', `(function(exports,module,require){${code}})(exports,module,require)`, {}).code
    const script = await parseScript('a.js', short, 'script')
    const once = await renameLetters(script, { freezeTop: true, passes: 3 })
    expect(once.length).toBe(short.length)
    expect(gzipSize(Buffer.from(once))).toBeLessThan(gzipSize(Buffer.from(short)) * 0.995)
    expect(await renameLetters(script, { freezeTop: true, passes: 3 })).toBe(once)
  })

  it('climbs further down with the compressor as the judge, the same way each time', async () => {
    const code = readFileSync('node_modules/yargs-parser/build/index.cjs', 'utf8')
    const short = minifySync('a.js', `(function(exports,module,require){${code}})(exports,module,require)`, {}).code
    const script = await parseScript('a.js', short, 'script')
    const chosen = await renameLetters(script, { freezeTop: true, passes: 3 })
    const climbed = await renameLetters(script, { freezeTop: true, passes: 3, climbs: 3 })
    expect(climbed.length).toBe(short.length)
    expect(gzipSize(Buffer.from(climbed))).toBeLessThan(gzipSize(Buffer.from(chosen)))
    expect(await renameLetters(script, { freezeTop: true, passes: 3, climbs: 3 })).toBe(climbed)
  })

  it('counts positions in bytes where the text is not ASCII', async () => {
    const part = (n: number) => `function f${n}(a,b){var c=a+"ä€😀"+b;for(var d=0;d<c.length;d++)log(c[d],a,b);return c}`
    const text = `(function(){${[1, 2, 3, 4, 5, 6].map(part).join('')}log(f1("é",2),f6)})()`
    const script = await parseScript('a.js', text, 'script')
    const climbed = await renameLetters(script, { freezeTop: true, passes: 1, climbs: 4 })
    expect(run(climbed)).toBe(run(text))
  })
})
