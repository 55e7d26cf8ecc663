// Loads a library from a file and calls as much of its API as can be called: prints how many results, and their digest.
// usage: node probe-library.mjs NAME FILE FOLDER-WITH-REACT-AND-MOMENT
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { compileFunction } from 'node:vm'

const [, , name, file, beside] = process.argv
const require = createRequire(import.meta.url)

// the same everywhere: time, chance
const RealDate = Date
let seed = 42
Math.random = () => (seed = (seed * 16807) % 2147483647) / 2147483647
Date.now = () => 1.6e12
for (const method of ['log', 'warn', 'error', 'info']) if (!process.env.SHOW) console[method] = method === 'log' ? console.log : () => {}

const stub = new Proxy(function stub() {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => 'stub' : stub), apply: () => stub, construct: () => stub })
if (name === 'victory' || name === 'antd') Object.assign(globalThis, { window: globalThis, document: stub })
function load(path) {
  const module = { exports: {} }
  const wanted = (specifier) => {
    if (specifier === 'react') return load(join(beside, 'react.js'))
    if (specifier === 'moment') return load(join(beside, 'moment.js'))
    if (/^(react-dom|scheduler|object-assign|prop-types|@jridgewell|source-map|acorn)/.test(specifier)) {
      return specifier === 'object-assign' ? Object.assign : stub
    }
    return require(specifier)
  }
  const run = compileFunction(readFileSync(path, 'utf8'), ['exports', 'require', 'module', '__filename', '__dirname'], { filename: path })
  run.call(module.exports, module.exports, wanted, module, path, '/')
  return module.exports
}

const hash = createHash('sha256')
let count = 0
function show(value, depth = 0) {
  if (depth > 3) return '…'
  if (value === null || value === undefined) return String(value)
  switch (typeof value) {
    case 'function':
      return `function/${value.length}`
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'string':
      return JSON.stringify(value)
    case 'object':
      break
    default:
      return typeof value
  }
  if (Array.isArray(value)) return `[${value.slice(0, 30).map((item) => show(item, depth + 1))}]`
  if (value instanceof RealDate) return `date ${value.getTime()}`
  if (value instanceof RegExp) return String(value)
  return `{${Object.keys(value).slice(0, 40).map((key) => `${key}:${show(value[key], depth + 1)}`)}}`
}
function record(label, call) {
  let result
  try {
    result = show(call())
  } catch (error) {
    // messages of engine errors name minified variables
    result = `throws ${error instanceof Error ? error.name : typeof error}`
  }
  count++
  hash.update(`${label}=${result}\n`)
  if (process.env.DUMP) process.stdout.write(`${label}=${result.slice(0, 200)}\n`)
}
const samples = () => [
  [], [1], [null], ['a-b C_d'], [[3, 1, 2, 1]], [[1, [2, [3]]], 2], [{ a: 1, b: { c: 2 } }, 'b.c'], [[{ x: 1 }, { x: 2 }], 'x'],
  [[1, 2, 3, 4], (x) => x % 2], [(x, y) => x + y, 2], ['fooBar', 3, '-'], [5, 10, 2], [{ a: 1 }, { b: 2 }], [new RealDate(0)], [/x/g],
]
const random = /^(?:random|shuffle|sample|uniqueId|now|delay|defer|debounce|throttle|runInContext|noConflict|timer|interval|timeout|mixin|randomLcg|fetch|json|csv$|tsv$|text$|html$|svg$|xml$|image|blob|buffer|dsv$|transition|active|brush|zoom|drag|selection|select|create|local|style|window|pointer|now)/
function probeFunctions(library, prefix = '', wanted = /./) {
  for (const key of Object.keys(library).sort()) {
    const value = library[key]
    record(`${prefix}${key}`, () => value)
    if (typeof value !== 'function' || !wanted.test(key) || random.test(key) || /^(?:times|range|pad|fill|repeat)/.test(key)) continue
    for (const [index, sample] of samples().entries()) record(`${prefix}${key} ${index}`, () => value(...sample))
  }
}
function probeClasses(library, wanted) {
  for (const key of Object.keys(library).sort()) {
    const Class = library[key]
    record(key, () => Class)
    if (typeof Class !== 'function' || !wanted.test(key)) continue
    for (const method of Object.getOwnPropertyNames(Class.prototype ?? {}).sort()) {
      record(`${key}#${method}`, () => Object.getOwnPropertyDescriptor(Class.prototype, method).value?.length)
      if (method === 'constructor' || /random|fromArray|uuid/i.test(method)) continue
      record(`${key}#${method}()`, () => new Class(1, 2, 3)[method](new Class(3, 4, 5), 2, 3))
    }
  }
}

const library = load(file)
switch (name) {
  case 'lodash':
    probeFunctions(library)
    break
  case 'd3':
    // others draw, wait, or never end on arguments that make no sense
    probeFunctions(library, '', /^(?:format|interpolate|ascending|descending|bisect|max|min|mean|median|extent|sum$|deviation|variance|rgb|hsl|lab|hcl|gray|color|scale|path|pie|stack|symbol$|ease|polygon|zip|merge|pairs|cross$|isoFormat|hierarchy|line$|arc$|curve)/)
    break
  case 'moment':
    for (const text of ['2020-01-02T03:04:05Z', '2019-12-31', 'bad', '2020-02-30']) {
      for (const format of ['LLLL', 'YYYY-[W]WW-E', 'x', 'DDDo', 'hh:mm:ss a Z', 'gggg']) record(text + format, () => library.utc(text).format(format))
    }
    for (let i = 0; i < 200; i++) {
      record(`duration ${i}`, () => [library.duration(i * 1e7).humanize(), library.utc(i * 8.64e9).add(i, 'months').startOf(['week', 'month', 'year'][i % 3]).toISOString()])
    }
    break
  case 'three':
    probeClasses(library, /^(?:Vector[234]|Matrix[34]|Quaternion|Color|Plane|Ray|Euler|Box[23]|Sphere|Triangle|Spherical)$/)
    break
  case 'terser': {
    const source = readFileSync(join(beside, 'react.js'), 'utf8').slice(0, 40000).replace(/[^}]*$/, '')
    for (const text of ['l(true)', 'function f(a){return a+1}f(2)', 'let{a,...b}=c;class D{#e=1;f(){return this.#e??b}}', source]) {
      const { code } = await library.minify(text, { compress: { passes: 2 }, ecma: 2018 }).catch((error) => ({ code: error.name }))
      record(text.slice(0, 20), () => code)
    }
    break
  }
  case 'typescript': {
    const files = { 'a.ts': 'interface A{x:number;y?:string}const a:{[K in keyof A]-?:A[K]}={x:1};enum E{A,B="q"}abstract class C{abstract m():void}new C();let u:unknown=1;u.foo;async function*g(){yield 1}let n:never=a;' }
    for (const target of [1, 2, 5, 99]) {
      record(`transpile ${target}`, () => library.transpileModule(files['a.ts'], { compilerOptions: { target, module: 1 }, reportDiagnostics: true }).outputText)
    }
    const host = {
      fileExists: (path) => path in files, readFile: (path) => files[path], writeFile() {}, getCurrentDirectory: () => '/',
      getSourceFile: (path, target) => (path in files ? library.createSourceFile(path, files[path], target, true) : undefined),
      getDefaultLibFileName: () => 'lib.d.ts', getCanonicalFileName: (path) => path, useCaseSensitiveFileNames: () => true, getNewLine: () => '\n',
    }
    for (const strict of [true, false]) {
      const program = library.createProgram(['a.ts'], { strict, noLib: true }, host)
      const found = [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics(), ...program.getGlobalDiagnostics()]
      record(`check ${strict}`, () => found.map(({ code, start, messageText }) => `${code}:${start}:${library.flattenDiagnosticMessageText(messageText, ' ')}`))
    }
    record('sys', () => Object.keys(library.sys).sort())
    break
  }
  case 'react': {
    const element = library.createElement('a', { key: 'k', b: 1 }, 'c', library.createElement(library.Fragment))
    record('element', () => [element.type, element.key, element.props])
    record('clone', () => library.cloneElement(element, { d: 2 }).props)
    record('children', () => library.Children.map([1, [2, null], element], (child, index) => [child?.type ?? child, index].join()).length)
    probeFunctions(library.Children, 'Children.')
    record('memo', () => Object.keys(library.memo(() => null)).sort())
    record('context', () => Object.keys(library.createContext(1)).sort())
    break
  }
  default:
    // needs a document for more: the shape of what it exports, and what runs without one
    for (const key of Object.keys(library).sort()) record(key, () => library[key])
    if (name === 'echarts') for (const part of ['util', 'number', 'time', 'format', 'color']) if (library[part]) probeFunctions(library[part], `${part}.`)
    if (name === 'vue') {
      record('compile', () => library.compile?.('<div :a="b" v-if="c" @click="d($event)"><p v-for="e in f">{{ e }}</p></div>')?.render)
      const vm = new library({ data: { a: 1 }, computed: { b() { return this.a + 1 } }, watch: { a() {} } })
      record('reactive', () => [vm.a, vm.b, ((vm.a = 5), vm.b)])
    }
    if (name === 'jquery') record('factory', () => library)
}
process.stdout.write(`${count} ${hash.digest('hex')}\n`)
process.exit(0)
