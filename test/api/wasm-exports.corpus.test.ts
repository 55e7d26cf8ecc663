import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { expect, test } from 'vitest'
import { findInlineWasm } from '../../src/bytes/base64-wasm.ts'
import { unreachedExports } from '../../src/api/wasm-exports/unreached-exports.ts'
import { readModule } from '../../src/formats/wasm/read/read-module.ts'
import { withoutExports } from '../../src/formats/wasm/transforms/drop-exports.ts'
import { wasmOptFlags } from '../../src/formats/wasm/transforms/race.ts'
import { fetchPackage } from '../corpus/fetch.ts'
import { wasmCorpus } from '../corpus/wasm.ts'
import { cachedWasmOpt } from '../formats/wasm/transforms/cached-wasm-opt.ts'

/** A stack of boxes that a ball hits, a pendulum, a ray: rigid bodies, joints, queries, events. */
const simulation = (rapier: string): string => `
import RAPIER from ${JSON.stringify(rapier)}
const world = new RAPIER.World({ x: 0, y: -9.81, z: 0 })
world.createCollider(RAPIER.ColliderDesc.cuboid(10, 0.1, 10))
const bodies = []
for (let i = 0; i < 5; i++) {
  const body = world.createRigidBody(RAPIER.RigidBodyDesc.dynamic().setTranslation(0, 1 + 1.1 * i, 0))
  world.createCollider(RAPIER.ColliderDesc.cuboid(0.5, 0.5, 0.5).setRestitution(0.2), body)
  bodies.push(body)
}
const ball = world.createRigidBody(RAPIER.RigidBodyDesc.dynamic().setTranslation(-6, 3, 0).setLinvel(12, 1, 0))
world.createCollider(RAPIER.ColliderDesc.ball(0.5).setDensity(3).setActiveEvents(RAPIER.ActiveEvents.COLLISION_EVENTS), ball)
const anchor = world.createRigidBody(RAPIER.RigidBodyDesc.fixed().setTranslation(4, 6, 4))
world.createImpulseJoint(RAPIER.JointData.spherical({ x: 0, y: 0, z: 0 }, { x: 0, y: 2, z: 0 }), anchor, bodies[4], true)
const events = new RAPIER.EventQueue(true)
let collisions = 0
for (let i = 0; i < 200; i++) {
  world.step(events)
  events.drainCollisionEvents(() => collisions++)
}
const hit = world.castRay(new RAPIER.Ray({ x: 0, y: 20, z: 0 }, { x: 0, y: -1, z: 0 }), 100, true)
console.log(JSON.stringify([[...bodies, ball].map((body) => [body.translation(), body.rotation()]), collisions, hit?.timeOfImpact]))
`

/** What bundlers' plugins make of \`import * as wasm from './x_bg.wasm'\` when its imports are in the bundle. */
const instantiated: Plugin = {
  name: 'wasm',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /rapier_wasm3d_bg\.wasm$/ }, ({ resolveDir }) => ({ path: resolveDir, namespace: 'wasm' }))
    onLoad({ filter: /.*/, namespace: 'wasm' }, ({ path }) => ({
      contents: `
        import { readFileSync } from 'node:fs'
        import * as glue from './rapier_wasm3d_bg.js'
        const bytes = readFileSync(new URL('rapier_wasm3d_bg.wasm', import.meta.url))
        const { instance } = await WebAssembly.instantiate(bytes, { './rapier_wasm3d_bg.js': glue })
        glue.__wbg_set_wasm(instance.exports)
        instance.exports.__wbindgen_start?.()`,
      resolveDir: path,
    }))
  },
}

test('rapier3d: what a simulation does not reach goes, the simulation ends the same', { timeout: 300_000 }, async () => {
  const rapier = await fetchPackage(wasmCorpus.find(({ id }) => id === 'rapier3d')!.package)
  const folder = mkdtempSync(join(tmpdir(), 'shrink-test-'))
  const tool = cachedWasmOpt()
  try {
    const stdin = { contents: simulation(join(rapier, 'rapier.js')).replace('import RAPIER', `import './rapier_wasm3d_bg.wasm'\nimport RAPIER`), resolveDir: rapier }
    // The package's own entry imports the module once more; its glue is set by then.
    const entry: Plugin = { name: 'entry', setup: ({ onLoad }) => onLoad({ filter: /rapier_wasm3d\.js$/ }, () => ({ contents: `import './rapier_wasm3d_bg.wasm'\nexport * from './rapier_wasm3d_bg.js'`, resolveDir: rapier })) }
    await build({ stdin, bundle: true, format: 'esm', platform: 'node', outfile: join(folder, 'app.mjs'), plugins: [entry, instantiated], logLevel: 'error' })
    const [app, module] = [join(folder, 'app.mjs'), join(folder, 'rapier_wasm3d_bg.wasm')]
    cpSync(join(rapier, 'rapier_wasm3d_bg.wasm'), module)
    const run = (): string => execFileSync(process.execPath, [app], { encoding: 'utf8' })
    const before = run()
    const files = ['app.mjs', 'rapier_wasm3d_bg.wasm'].map((path) => ({ path, size: readFileSync(join(folder, path)).length }))
    const { byPath, diagnostics } = await unreachedExports(files, async (path) => readFileSync(join(folder, path)))
    expect(diagnostics).toEqual([])
    const gone = byPath['rapier_wasm3d_bg.wasm'] ?? []
    expect(gone.length).toBeGreaterThan(400)
    const whole = readModule(readFileSync(module))
    const dropped = withoutExports(whole, new Set(gone))
    const flags = wasmOptFlags(whole, { keepNames: false })
    const collected = await tool.run(dropped, [...flags, '--remove-unused-module-elements'], { seconds: 200, memory: 4096 })
    expect(collected.length).toBeLessThan(0.8 * whole.bytes.length)
    writeFileSync(module, collected)
    expect(run()).toBe(before)
    expect(before.length).toBeGreaterThan(500)
  } finally {
    await tool.close()
    rmSync(folder, { recursive: true })
  }
})

test('rapier3d-compat: a module as base64, started by a generator that TypeScript made of an async function', { timeout: 300_000 }, async () => {
  const rapier = await fetchPackage({
    name: '@dimforge/rapier3d-compat',
    version: '0.21.0',
    integrity: 'sha512-tCl1HPGwOhn5aCQbgqWbOH+Nx/5fnr3IPAnzQuR7zIhC/raqi2yxC6LhvZqjdI2El5hQgY5RDAwDrAjAi2FdPA==',
  })
  const folder = mkdtempSync(join(tmpdir(), 'shrink-test-'))
  const tool = cachedWasmOpt()
  try {
    const contents = simulation(join(rapier, 'dist/rapier.mjs')).replace('const world', 'await RAPIER.init()\nconst world')
    const app = join(folder, 'app.mjs')
    await build({ stdin: { contents, resolveDir: rapier }, bundle: true, format: 'esm', platform: 'node', outfile: app, logLevel: 'error' })
    const run = (): string => execFileSync(process.execPath, [app], { encoding: 'utf8' })
    const before = run()
    const text = readFileSync(app, 'utf8')
    const { byPath, diagnostics } = await unreachedExports([{ path: 'app.mjs', size: text.length }], async () => readFileSync(app))
    expect(diagnostics).toEqual([])
    const gone = byPath['app.mjs#wasm-1'] ?? []
    expect(gone.length).toBeGreaterThan(400)
    const [inline] = findInlineWasm(text)
    const whole = readModule(inline!.bytes)
    const collected = await tool.run(withoutExports(whole, new Set(gone)), [...wasmOptFlags(whole, { keepNames: false }), '--remove-unused-module-elements'], { seconds: 200, memory: 4096 })
    expect(collected.length).toBeLessThan(0.8 * whole.bytes.length)
    writeFileSync(app, text.slice(0, inline!.start) + Buffer.from(collected).toString('base64') + text.slice(inline!.end))
    expect(run()).toBe(before)
    expect(before.length).toBeGreaterThan(500)
  } finally {
    await tool.close()
    rmSync(folder, { recursive: true })
  }
})
