// Ten Lambda-like entries, bundled and minified: ours beside esbuild, Rollup, Rolldown and webpack, each with the best
// of four minifiers; and a project of 127 modules, built anew and again.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from '../dist/src/bundling/index.js'
import { LocalCache } from '../dist/src/cache/local-cache.js'
import { bestMinified, bestOfPeer, peers } from './js-bundle-peers.mjs'
import { workFolder } from './work-folder.mjs'

export const title = 'JavaScript bundles: minified bytes of ten entries; a second build of 127 modules'

const fixture = fileURLToPath(new URL('../fixtures/apps/lambda', import.meta.url))
const context = () => ({ signal: new AbortController().signal, report() {} })

export async function bench() {
  const work = workFolder()
  try {
    const rows = []
    const names = Object.keys(peers)
    const root = installFixture(work)
    for (const file of readdirSync(join(root, 'src')).sort()) {
      const entry = `src/${file}`
      const sizes = {}
      for (const name of names) sizes[name] = (await bestOfPeer(name, entry, root)).size
      const best = Math.min(...Object.values(sizes))
      const ours = {}
      for (const level of ['fast', 'balanced', 'max']) {
        const { chunks } = await bundle([entry], { root, level, format: 'esm', measure: 'raw' }, context())
        ours[level] = (await bestMinified(chunks.map((chunk) => new TextDecoder().decode(chunk.bytes)))).size
      }
      rows.push([
        file.replace('.ts', ''), ...names.map((name) => sizes[name]), ours.fast, ours.balanced, ours.max,
        (ours.balanced / best).toFixed(3), (ours.max / best).toFixed(3),
      ])
    }
    const columns = ['entry', ...names, 'fast', 'balanced', 'max', 'balanced / best', 'max / best']
    return { columns, rows, notes: [...(await rebuildNotes(work)), ...commandNotes(work)] }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function installFixture(work) {
  if (existsSync(join(fixture, 'node_modules'))) return fixture
  const root = join(work, 'lambda')
  cpSync(fixture, root, { recursive: true })
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: root, stdio: 'inherit' })
  return root
}

/** Wall time against esbuild's own, interleaved in one process, medians. */
async function rebuildNotes(work) {
  const { build, transform } = await import('esbuild')
  const { readFileSync } = await import('node:fs')
  const source = readFileSync(new URL('../test/bundling/many-modules.ts', import.meta.url), 'utf8')
  const { code } = await transform(source, { loader: 'ts' })
  const { manyModules } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  const root = join(work, 'many')
  for (const [path, text] of Object.entries(manyModules(127, 180))) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const timed = async (run) => {
    const start = performance.now()
    await run()
    return performance.now() - start
  }
  const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]
  const plain = () => build({ entryPoints: ['src/m0.ts'], absWorkingDir: root, bundle: true, minify: true, platform: 'node', format: 'esm', outdir: 'out', write: false })
  const notes = []
  for (const level of ['fast', 'balanced']) {
    const warm = join(work, `warm-${level}`)
    const cold = join(work, `cold-${level}`)
    const run = (folder) => bundle(['src/m0.ts'], { root, level, format: 'esm' }, { ...context(), cache: new LocalCache({ folder, limit: 1e9 }) })
    await run(warm)
    await plain()
    const times = { esbuild: [], first: [], again: [] }
    for (let round = 0; round < 9; round++) {
      times.esbuild.push(await timed(plain))
      rmSync(cold, { recursive: true, force: true })
      times.first.push(await timed(() => run(cold)))
      times.again.push(await timed(() => run(warm)))
    }
    const base = median(times.esbuild)
    notes.push(`127 modules of 180 lines at ${level}, wall time to esbuild's own (bundle and minify): first build ${(median(times.first) / base).toFixed(2)}, unchanged ${(median(times.again) / base).toFixed(2)}`)
  }
  return notes
}

/** CPU (with that of child processes) and wall time of both commands, start-up included, interleaved medians. */
function commandNotes(work) {
  const root = join(work, 'many')
  const bin = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
  const env = { ...process.env, SHRINK_CACHE: join(work, 'command-cache') }
  const timed = (command) => {
    const script = `TIMEFORMAT='%U %S %R'; time ${command} > /dev/null`
    const { stderr } = spawnSync('bash', ['-c', script], { cwd: root, env, encoding: 'utf8' })
    const [user, system, wall] = stderr.trim().split('\n').at(-1).split(' ').map(Number)
    return { cpu: user + system, wall }
  }
  const median = (list, key) => list.map((one) => one[key]).sort((a, b) => a - b)[list.length >> 1]
  const peer = `node ${bin('node_modules/esbuild/bin/esbuild')} src/m0.ts --bundle --minify --platform=node --format=esm --outdir=out-esbuild --log-level=error`
  const notes = []
  for (const level of ['fast', 'balanced']) {
    const ours = `node ${bin('bin/shrink.js')} build src/m0.ts --level ${level} --out out`
    const runs = { esbuild: [], first: [], again: [] }
    for (let round = 0; round < 9; round++) {
      rmSync(env.SHRINK_CACHE, { recursive: true, force: true })
      runs.first.push(timed(ours))
      runs.esbuild.push(timed(peer))
      runs.again.push(timed(ours))
    }
    const ratio = (key, of) => (median(runs[of], key) / median(runs.esbuild, key)).toFixed(2)
    notes.push(`the same through the commands at ${level}, to \`esbuild --bundle --minify\`: CPU first ${ratio('cpu', 'first')}, unchanged ${ratio('cpu', 'again')}; wall first ${ratio('wall', 'first')}, unchanged ${ratio('wall', 'again')}`)
  }
  return notes
}
