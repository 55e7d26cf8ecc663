import { readFile } from 'node:fs/promises'
import { repository } from './run-cli.ts'
import { writeTree } from './temp-folder.ts'

/** A real addon for x86-64 that npm installed with the development dependencies. */
export const addonPath: string = `${repository}node_modules/@rollup/rollup-linux-x64-gnu/rollup.linux-x64-gnu.node`

/** A small tree with a file of every kind. */
export async function writeSampleTree(root: string): Promise<void> {
  await writeTree(root, {
    'handler.mjs': "import { readFileSync } from 'node:fs'\nexport function handler(event) {\n  const greeting = `hello ${event?.name ?? 'world'}`\n  return greeting + readFileSync.length\n}\n",
    'lib/legacy.cjs': "'use strict'\nvar path = require('path')\nmodule.exports = function joined(first, second) { return path.join(first, second) }\n",
    'wasm/average-color.wasm': await readFile(`${repository}fixtures/apps/thumbnailer/native/average-color.wasm`),
    'native/addon.node': await readFile(addonPath),
    'data/readme.txt': 'left alone\n',
  })
}
