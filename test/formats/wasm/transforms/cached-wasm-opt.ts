import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Tool } from '../../../../src/core/tool.ts'
import { corpusRoot } from '../../../corpus/fetch.ts'
import { repository } from '../../../support/run-cli.ts'

const folder = join(corpusRoot, '.wasm-opt')

/** As it is shipped: compiled, on a thread. */
const { bundledWasmOpt } = (await import(pathToFileURL(join(repository, 'dist/src/node/bundled-wasm-opt.js')).href)) as {
  bundledWasmOpt: (signal: AbortSignal) => Tool
}

/** The bundled wasm-opt, its results kept by content between runs of the tests: they are the same every time. */
export function cachedWasmOpt(): Tool {
  const tool = bundledWasmOpt(new AbortController().signal)
  return {
    title: tool.title,
    async run(input, args, limits) {
      const key = createHash('sha256').update(input).update(JSON.stringify([tool.title, args])).digest('hex').slice(0, 32)
      const path = join(folder, `${key}.wasm`)
      const known = await readFile(path).catch(() => undefined)
      if (known !== undefined) return new Uint8Array(known)
      const output = await tool.run(input, args, limits)
      await mkdir(folder, { recursive: true })
      await writeFile(`${path}.${process.pid}`, output)
      await rename(`${path}.${process.pid}`, path)
      return output
    },
    close: () => tool.close(),
  }
}
