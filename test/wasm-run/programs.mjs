// Programs that use a published WebAssembly package and say what they observed. One process each:
// `node programs.mjs ID FOLDER`, FOLDER holding the package's files; prints one line, a digest.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [, , id, folder = process.cwd()] = process.argv
const require = createRequire(join(folder, 'package.json'))
const load = (path) => import(pathToFileURL(join(folder, path)).href)
const read = (path) => readFileSync(join(folder, path))
const sha = (value) => createHash('sha256').update(value).digest('hex')

const pixels = (width, height) => {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let i = 0; i < data.length; i++) data[i] = ((i * i) >> 5) ^ i
  return data
}

const programs = {
  oniguruma: async () => {
    const { loadWASM, OnigScanner, OnigString } = require('./release/main.js')
    const bytes = read('release/onig.wasm')
    await loadWASM(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    const scanner = new OnigScanner(['(\\w+)@(\\w+\\.com)', '\\p{Lu}+', '(?<y>\\d{4})-(?<m>\\d\\d)', '(?i)straße'])
    return ['hello me@x.com', 'ÀÉ foo', 'on 2024-05', 'STRASSE Straße'].map((text) => scanner.findNextMatchSync(new OnigString(text), 0))
  },
  'es-module-lexer': async () => {
    const { init, parse } = await load('dist/lexer.js')
    await init
    return parse('import a,{b} from "x";export const q=import("y");export default 3;import.meta.url').slice(0, 2)
  },
  llhttp: async () => {
    const bytes = require('./lib/llhttp/llhttp-wasm.js')
    const events = []
    const module = await WebAssembly.compile(bytes)
    const imports = {}
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      ;(imports[from] ??= {})[name] = (...values) => (events.push(`${name}:${values.slice(1)}`), 0)
    }
    const { exports } = await WebAssembly.instantiate(module, imports)
    const text = Buffer.from(
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhelloHTTP/1.1 404 N\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nbroken',
    )
    const parser = exports.llhttp_alloc(2)
    const at = exports.malloc(text.length)
    new Uint8Array(exports.memory.buffer, at, text.length).set(text)
    return [exports.llhttp_execute(parser, at, text.length), events]
  },
  'source-map': async () => {
    const { SourceMapConsumer, SourceMapGenerator } = require('./source-map.js')
    const generator = new SourceMapGenerator({ file: 'out.js' })
    for (let i = 0; i < 5000; i++) {
      generator.addMapping({ generated: { line: 1 + (i >> 4), column: (i & 15) * 7 }, original: { line: 1 + (i % 977), column: i % 61 }, source: `s${i % 5}.js`, name: `n${i % 97}` })
    }
    const seen = []
    await SourceMapConsumer.with(generator.toString(), null, (consumer) => {
      consumer.eachMapping((mapping) => seen.push(Object.values(mapping).join()))
      seen.push(consumer.originalPositionFor({ line: 100, column: 21 }), consumer.allGeneratedPositionsFor({ source: 's1.js', line: 7, column: null }))
    })
    return seen
  },
  yoga: async () => {
    const { default: Yoga } = await load('dist/src/index.js')
    const root = Yoga.Node.create()
    root.setWidth(500)
    root.setHeight(300)
    root.setFlexDirection(2)
    root.setJustifyContent(1)
    for (let i = 0; i < 5; i++) {
      const child = Yoga.Node.create()
      child.setFlexGrow(i)
      child.setMargin(8, 3.5)
      child.setMinWidth(10)
      root.insertChild(child, i)
    }
    root.calculateLayout(500, 300, 1)
    return [0, 1, 2, 3, 4].map((i) => root.getChild(i).getComputedLayout())
  },
  zigfmt: async () => {
    const module = await load('zig_fmt_node.js')
    await module.default?.()
    return module.format('const std=@import("std");pub fn main() void{var a:u32=1;while(a<10):(a+=1){std.debug.print("{}",.{a});}}\n')
  },
  'gofmt-tinygo': async () => {
    const { format } = await load('gofmt_node.js')
    return format('package main\nimport("fmt";"os")\nfunc  main( ){x:=map[string]int{"a":1,"bb":22}\nfor k,v:=range x{fmt.Println(k,v)\nos.Exit(1)}}\n')
  },
  'wasmoon-lua': async () => {
    const { LuaFactory } = require('./dist/index.js')
    const lua = await new LuaFactory(join(folder, 'dist/glue.wasm')).createEngine()
    return lua.doString(
      'local t={} for i=1,50 do t[#t+1]=string.format("%d:%s",i,("x"):rep(i%3)) end table.sort(t) local function fib(n) if n<2 then return n end return fib(n-1)+fib(n-2) end return table.concat(t,",")..fib(18)..string.match("key=val","(%w+)=(%w+)")',
    )
  },
  'webp-enc': () => encodeWebp('codec/enc/webp_enc'),
  'webp-enc-simd': () => encodeWebp('codec/enc/webp_enc_simd'),
  quickjs: async () => {
    const { default: variant } = await load('dist/index.mjs')
    const { newQuickJSWASMModuleFromVariant } = require('quickjs-emscripten-core')
    const quickjs = await newQuickJSWASMModuleFromVariant(variant)
    return quickjs.evalCode(
      'let o={a:[1,2,{b:"é"}],f:x=>x*2};class A{#p=3;get p(){return this.#p}};JSON.stringify([o,o.f(21),new A().p,[...("abc"+`${1+1}`)].reverse().join(""),/(\\d+)-(?<n>\\w+)/.exec("12-ab").groups.n,new Date(0).toISOString(),[3,1,2].sort(),0.1+0.2,2n**64n+"",Array.from({length:20},(_, i)=>i**2).filter(x=>x%2)])',
    )
  },
  manifold: async () => {
    const module = await (await load('manifold.js')).default()
    module.setup()
    const cube = module.Manifold.cube([10, 10, 10], true)
    const solid = cube.subtract(module.Manifold.sphere(6.5, 64)).add(module.Manifold.cylinder(20, 2, 3, 32, true))
    return [solid.volume(), solid.surfaceArea(), solid.numTri(), solid.genus()]
  },
  rollup: async () => {
    const { rollup } = require('./dist/rollup.js')
    const { parseAst } = require('./dist/parseAst.js')
    const modules = { a: 'import {x} from "b"; export const q=x+1; console.log(q?.z ?? 3)', b: 'export const x=1;export const y=2;export class Z{static #p=1}' }
    const bundle = await rollup({ input: 'a', plugins: [{ resolveId: (name) => name, load: (name) => modules[name] }] })
    return [(await bundle.generate({ format: 'es' })).output[0].code, parseAst('let x = class { static { y?.z } }; for await (const a of b) {}')]
  },
  'sql.js': async () => {
    const SQL = await require('./dist/sql-wasm.js')()
    const db = new SQL.Database()
    db.run('create table t(a,b text);create index i on t(b)')
    for (let i = 0; i < 500; i++) db.run('insert into t values(?,?)', [i, `r${(i * 7919) % 997}`])
    const rows = db.exec(
      'select count(*),sum(a),max(b),group_concat(a) from t where b between "r2" and "r5" group by a%3;with recursive c(x) as(select 1 union all select x+1 from c where x<50) select sum(x*x),printf("%.3f",avg(x)),json_extract(\'{"k":[1,2]}\',"$.k[1]") from c;select * from t order by b desc limit 5',
    )
    return [rows, sha(db.export())]
  },
  'iced-x86': async () => {
    const { Decoder, Formatter, FormatterSyntax } = require('./iced_x86.js')
    const code = [0x48, 0x89, 0x5c, 0x24, 0x10, 0x55, 0x48, 0x8d, 0xac, 0x24, 0, 0xff, 0xff, 0xff, 0xc5, 0xf8, 0x28, 0xc1, 0x62, 0xf1, 0x7c, 0x48, 0x58, 0xc2]
    const decoder = new Decoder(64, Uint8Array.from(code), 0)
    const formatter = new Formatter(FormatterSyntax.Nasm)
    return Array.from(decoder.decodeAll(), (instruction) => formatter.format(instruction))
  },
  'tree-sitter-rust': () => parseRust('web-tree-sitter', join(folder, 'tree-sitter-rust.wasm')),
  'tiktoken-lite': async () => {
    const { Tiktoken } = require('./lite/tiktoken.cjs')
    const ranks = require('./encoders/cl100k_base.json')
    const encoder = new Tiktoken(ranks.bpe_ranks, ranks.special_tokens, ranks.pat_str)
    const tokens = encoder.encode(`Hello wörld! ${'The quick brown fox. '.repeat(30)}日本語 1234567`)
    return [[...tokens], Buffer.from(encoder.decode(tokens)).toString()]
  },
  'ruff-fmt': async () => {
    const { format } = await load('ruff_fmt_node.js')
    return format('def  f(a,b = 1,*args,**kw):\n  return {"a":a,\'b\':[x for x in range( 10 ) if x%2]}\nclass A( object ):\n    async def g(self): await   self.h(lambda x:x+1)\n', 'a.py', {})
  },
  'clang-format': async () => {
    const { format } = await load('clang-format-node.js')
    return format('template<class T> int main(int c,char**v){std::vector<int> a{1,2,3};for(auto&x:a){if(x>2){foo( x );}else bar();}return 0;}', 'a.cpp', 'LLVM')
  },
  'swc-typescript': async () => {
    const { transform } = require('./wasm.js')
    const source =
      'enum A{X=1,Y}interface I{a:string}export class B<T> extends C implements I{constructor(private x:number,readonly y?:string){super()}m(this:B<T>,a:any):asserts a is string{return a! as any}}let z=<const>["a"];abstract class Q{abstract q():void}'
    return (await transform(source, { mode: 'transform' })).code
  },
  resvg: async () => {
    const { Resvg, initWasm } = require('./index.js')
    await initWasm(read('index_bg.wasm'))
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="90"><defs><linearGradient id="g"><stop offset="0" stop-color="red"/><stop offset="1" stop-color="blue"/></linearGradient><filter id="f"><feGaussianBlur stdDeviation="3"/></filter></defs><rect width="100" height="60" rx="9" fill="url(#g)" filter="url(#f)"/><path d="M10 80 C 40 10, 65 10, 95 80 S 150 150, 180 80" stroke="green" fill="none"/></svg>'
    return sha(new Resvg(svg).render().asPng())
  },
  havok: async () => {
    const { default: Havok } = await load('lib/esm/HavokPhysics_es.js')
    const havok = await Havok({ wasmBinary: read('lib/esm/HavokPhysics.wasm') })
    const world = havok.HP_World_Create()[1]
    havok.HP_World_SetGravity(world, [0, -9.8, 0])
    const body = havok.HP_Body_Create()[1]
    havok.HP_Body_SetShape(body, havok.HP_Shape_CreateSphere([0, 0, 0], 1)[1])
    havok.HP_Body_SetMotionType(body, havok.MotionType.DYNAMIC)
    havok.HP_Body_SetMassProperties(body, [[0, 0, 0], 1, [1, 1, 1], [0, 0, 0, 1]])
    havok.HP_World_AddBody(world, body, false)
    for (let i = 0; i < 60; i++) havok.HP_World_Step(world, 1 / 60)
    return havok.HP_Body_GetPosition(body)
  },
  lightningcss: async () => {
    const { default: init, transform } = await load('index.mjs')
    await init()
    const css =
      '.a{color:rgb(255 0 0/.5);&:hover{margin:calc(1px + 2px) 0 0 0}}@media (width>=600px){.b{inset:0;user-select:none}}@supports (display:grid){x{color:color-mix(in lch,red,blue)}}'
    const { code } = transform({ filename: 'a.css', code: Buffer.from(css), minify: true, targets: { safari: 13 << 16, chrome: 60 << 16 } })
    return Buffer.from(code).toString()
  },
  'tree-sitter-dbg': () => parseRust('./debug/web-tree-sitter.cjs', require.resolve('tree-sitter-rust/tree-sitter-rust.wasm')),
  'tree-sitter': () => parseRust('./web-tree-sitter.cjs', require.resolve('tree-sitter-rust/tree-sitter-rust.wasm')),
  'draco-dec': async () => {
    const draco = await require('./draco_decoder_nodejs.js')({ wasmBinary: read('draco_decoder.wasm') })
    const [decoder, mesh, file] = [new draco.Decoder(), new draco.Mesh(), read('bunny.drc')]
    const status = decoder.DecodeArrayToMesh(file, file.length, mesh)
    const positions = new draco.DracoFloat32Array()
    decoder.GetAttributeFloatForAllPoints(mesh, decoder.GetAttribute(mesh, decoder.GetAttributeId(mesh, draco.POSITION)), positions)
    return [status.ok(), mesh.num_faces(), mesh.num_points(), Array.from({ length: positions.size() }, (_, i) => positions.GetValue(i)).slice(0, 3000)]
  },
  oxipng: async () => {
    const { default: init, optimise_raw: optimiseRaw } = await load('codec/pkg/squoosh_oxipng.js')
    await init(read('codec/pkg/squoosh_oxipng_bg.wasm'))
    return sha(optimiseRaw(pixels(64, 48), 64, 48, 3, false, true))
  },
  'avif-enc': async () => {
    const { default: factory } = await load('codec/enc/avif_enc.js')
    const module = await factory({ wasmBinary: read('codec/enc/avif_enc.wasm'), noInitialRun: true })
    const { defaultOptions } = await load('meta.js')
    return sha(module.encode(pixels(64, 48), 64, 48, { ...defaultOptions, speed: 8 }))
  },
  'avif-dec': async () => {
    const [{ default: encoder }, { default: decoder }] = [await load('codec/enc/avif_enc.js'), await load('codec/dec/avif_dec.js')]
    const { defaultOptions } = await load('meta.js')
    const file = (await encoder({ wasmBinary: read('codec/enc/avif_enc.wasm'), noInitialRun: true })).encode(pixels(64, 48), 64, 48, { ...defaultOptions, speed: 8 })
    globalThis.ImageData = function (data, width, height) {
      Object.assign(this, { data, width, height })
    }
    const image = (await decoder({ wasmBinary: read('codec/dec/avif_dec.wasm'), noInitialRun: true })).decode(file, 8)
    return [image.width, image.height, sha(image.data)]
  },
  rapier3d: async () => {
    modulesAsImports()
    const { default: RAPIER } = await load('rapier.js')
    const world = new RAPIER.World({ x: 0, y: -9.81, z: 0 })
    world.createCollider(RAPIER.ColliderDesc.cuboid(10, 0.1, 10))
    const bodies = Array.from({ length: 6 }, (_, i) => world.createRigidBody(RAPIER.RigidBodyDesc.dynamic().setTranslation(0.1 * i, 1 + 1.1 * i, 0)))
    for (const body of bodies) world.createCollider(RAPIER.ColliderDesc.cuboid(0.5, 0.5, 0.5).setRestitution(0.2), body)
    const ball = world.createRigidBody(RAPIER.RigidBodyDesc.dynamic().setTranslation(-6, 3, 0).setLinvel(12, 1, 0))
    world.createCollider(RAPIER.ColliderDesc.ball(0.5).setDensity(3), ball)
    world.createImpulseJoint(RAPIER.JointData.spherical({ x: 0, y: 0, z: 0 }, { x: 0, y: 2, z: 0 }), bodies[0], bodies[5], true)
    for (let i = 0; i < 200; i++) world.step()
    const hit = world.castRay(new RAPIER.Ray({ x: 0, y: 20, z: 0 }, { x: 0, y: -1, z: 0 }), 100, true)
    return [[...bodies, ball].map((body) => [body.translation(), body.rotation()]), hit?.timeOfImpact, sha(world.takeSnapshot())]
  },
  'astro-go': async () => {
    const { transform, parse } = await load('dist/node/index.js')
    const source = '---\nconst {a} = Astro.props;\n---\n<style>h1{color:red}</style><h1 class:list={["x",a]}>{a ? <b>1</b> : [1,2].map(i => <i>{i}</i>)}</h1><script>let x: number = 1</script>'
    const { code } = await transform(source, { filename: '/a.astro', sourcemap: false })
    return [code, (await parse(source)).ast]
  },
  canvaskit: () => drawing('bin'),
  'canvaskit-prof': () => drawing('bin/profiling'),
  pglite: async () => {
    const { PGlite } = await load('dist/index.js')
    const db = new PGlite()
    await db.exec('create table t(a int primary key, b text, c jsonb); create index on t(b)')
    await db.exec(`insert into t select i, 'r' || (i * 7919) % 997, jsonb_build_object('k', array[i, i * 2]) from generate_series(1, 500) i`)
    const { rows } = await db.query(`select count(*), sum(a), max(b), string_agg(b, ',' order by a) filter (where a % 50 = 0), avg((c->'k'->>1)::numeric) from t where b ~ 'r[2-5]' group by a % 3 order by 2`)
    return rows
  },
  pyodide: async () => {
    const { loadPyodide } = await load('pyodide.mjs')
    const python = await loadPyodide({ indexURL: folder })
    return python.runPython('import json, re, hashlib, math, decimal\njson.dumps([[x**2 for x in range(20) if x % 2], re.findall(r"(\\w+)@(\\w+)", "me@x you@y"), hashlib.sha256(b"a").hexdigest(), math.erf(0.5), str(decimal.Decimal(1) / 7), sorted({"b": 1, "a": 2}.items()), f"{3.14159:.3e}", "straße".upper()])')
  },
  ruby: () => evaluateRuby('dist/ruby.wasm'),
  'ruby-debug': () => evaluateRuby('dist/ruby.debug+stdlib.wasm'),
  biome: async () => {
    const biome = await load('biome_wasm.js')
    biome.initSync({ module: read('biome_wasm_bg.wasm') })
    const workspace = new biome.Workspace()
    const { projectKey } = workspace.openProject({ path: '/', openUninitialized: true })
    workspace.openFile({ projectKey, path: '/a.ts', content: { type: 'fromClient', content: 'let  x:number=1;class A{#p=1;static{foo?.()}}\nexport default <T,>(a:T)=>a??x**2', version: 0 } })
    return workspace.formatFile({ projectKey, path: '/a.ts' })
  },
  sqlite3: async () => {
    globalThis.self = globalThis
    globalThis.location = new URL('file:///')
    const { default: init } = await load('sqlite-wasm/jswasm/sqlite3.mjs')
    const sqlite3 = await init({ wasmBinary: read('sqlite-wasm/jswasm/sqlite3.wasm'), print() {}, printErr() {} })
    const db = new sqlite3.oo1.DB(':memory:')
    db.exec(`create table t(a integer primary key, b text, c real); create index i on t(b);
      with recursive n(x) as (select 1 union all select x + 1 from n where x < 500) insert into t select x, 'r' || ((x * 7919) % 997), x / 7.0 from n`)
    const resultRows = []
    db.exec({
      sql: `select a % 3 g, count(*), sum(c), max(b), group_concat(a) filter (where a % 50 = 0), json_object('k', json_array(min(a), round(avg(c), 4))) from t where b glob 'r[2-5]*' group by g order by 2`,
      rowMode: 'array',
      resultRows,
    })
    return resultRows
  },
  'esbuild-go': async () => {
    const esbuild = require('./lib/main.js')
    const source = 'let x:number=1;class A{#p=1;static{foo?.()}}export default <T,>(a:T)=>a??x**2'
    return (await esbuild.transform(source, { loader: 'ts', minify: true, target: 'es2019' })).code
  },
}

async function drawing(path) {
  const CanvasKit = await require(`./${path}/canvaskit.js`)({ locateFile: (name) => join(folder, path, name) })
  const surface = CanvasKit.MakeSurface(120, 90)
  const [canvas, paint] = [surface.getCanvas(), new CanvasKit.Paint()]
  paint.setAntiAlias(true)
  paint.setShader(CanvasKit.Shader.MakeLinearGradient([0, 0], [120, 90], [CanvasKit.RED, CanvasKit.BLUE], null, CanvasKit.TileMode.Clamp))
  canvas.drawPath(CanvasKit.Path.MakeFromSVGString('M10 80 C 40 10, 65 10, 95 80 S 150 150, 180 80 Z'), paint)
  canvas.drawCircle(60, 40, 22.5, paint)
  surface.flush()
  return sha(surface.makeImageSnapshot().encodeToBytes())
}

async function evaluateRuby(path) {
  const { WASI } = await import('node:wasi')
  const { RubyVM } = require('./dist/index.umd.js')
  const wasi = new WASI({ version: 'preview1', args: ['ruby', '--disable=gems', '-W0', '-e_=0'], env: {} })
  const [vm, imports] = [new RubyVM(), { ...wasi.getImportObject() }]
  vm.addToImports(imports)
  const { instance } = await WebAssembly.instantiate(read(path), imports)
  await vm.setInstance(instance)
  wasi.initialize(instance)
  vm.initialize(['ruby', '--disable=gems', '-W0', '-e_=0'])
  return vm.eval('[[1, 2, 3].map { |x| x ** 40 }, "ab12-cd".scan(/\\w\\d/), 1.0 / 3, {a: 1}.to_a, (1..10).each_slice(3).to_a, "straße".upcase, Rational(1, 3) + 1, [3, 1, 2].sort_by { |x| -x }, begin; raise "x"; rescue => e; e; end].inspect').toString()
}

async function encodeWebp(path) {
  const { default: factory } = await load(`${path}.js`)
  const module = await factory({ wasmBinary: read(`${path}.wasm`), noInitialRun: true })
  const { defaultOptions } = await load('meta.js')
  return sha(module.encode(pixels(64, 48), 64, 48, defaultOptions))
}

/** `import * as wasm from './x.wasm'` as bundlers have it: a module that is instantiated with what it imports. */
function modulesAsImports() {
  const load = async (url, context, next) => {
    if (!url.endsWith('.wasm')) return next(url, context)
    const { readFileSync } = await import('node:fs')
    const { fileURLToPath } = await import('node:url')
    const module = new WebAssembly.Module(readFileSync(fileURLToPath(url)))
    const from = [...new Set(WebAssembly.Module.imports(module).map((one) => one.module))]
    const source = `import { readFileSync } from 'node:fs'
      ${from.map((name, i) => `import * as m${i} from ${JSON.stringify(name)}`).join('\n')}
      const module = new WebAssembly.Module(readFileSync(new URL(${JSON.stringify(url)})))
      export const { ${WebAssembly.Module.exports(module).map(({ name }) => name).join(', ')} } = new WebAssembly.Instance(module, { ${from.map((name, i) => `${JSON.stringify(name)}: m${i}`).join(', ')} }).exports`
    return { format: 'module', shortCircuit: true, source }
  }
  // Its other imports leave the extension to the bundler as well.
  const resolve = (name, context, next) => next(name, context).catch(() => next(`${name}.js`, context)).catch(() => next(`${name}/index.js`, context))
  register(`data:text/javascript,${encodeURIComponent(`export const load = ${load}; export const resolve = ${resolve}`)}`)
}

async function parseRust(treeSitter, grammar) {
  const { Language, Parser } = require(treeSitter)
  await Parser.init()
  const parser = new Parser()
  parser.setLanguage(await Language.load(grammar))
  return parser.parse('fn main<T:Debug>(x:&mut Vec<T>)->Result<(),E>{ let y=|a|a+1; match x{Some(1..=3)=>{},_=>unsafe{*p}} }').rootNode.toString()
}

if (id === '--list') {
  console.log(Object.keys(programs).join(' '))
  process.exit(0)
}
const observed = JSON.stringify(await programs[id](), (_key, value) => (typeof value === 'bigint' ? `${value}n` : value))
console.log(`${sha(observed)} ${observed.length}`)
process.exit(0)
