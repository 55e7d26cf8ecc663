import { describe, expect, test } from 'vitest'
import { readGoNames } from '../../../src/formats/wasm/names/go-names.ts'
import { readNames } from '../../../src/formats/wasm/read/custom/name-section.ts'
import { readModule } from '../../../src/formats/wasm/read/read-module.ts'
import { readCorpusModule, wasmCorpus } from '../../corpus/wasm.ts'
import { missingTool, ownBuilds, withOwnBuild } from '../../wasm-run/own-builds.ts'
import { settings, shrink } from './transforms/harness.ts'

const go = ownBuilds.find(({ id }) => id === 'Go')!

/** The linker writes names into the name section with `_` for every sign but letters, digits and dots. */
const plain = (name: string): string => name.replace(/[^A-Za-z0-9.]/g, '_')
/** The table has `[...]` for type arguments and array lengths, which the name section spells out. */
const generic = /\[\.\.\.\]/

describe('names of Go functions from the runtime’s table', () => {
  test.each(['esbuild-go', 'astro-go'])('%s has no name section, and every function has its name', async (id) => {
    const module = readModule(await readCorpusModule(wasmCorpus.find((one) => one.id === id)!))
    expect(readNames(module).functions.size).toBe(0)
    const names = readGoNames(module)
    expect(names.size).toBe(module.bodies.count)
    expect([...names.values()]).toContain('main.main')
  })

  test.skipIf(missingTool(go) !== undefined)('of a module built here they are those of the name section, before and after functions were reordered', async () => {
    await withOwnBuild(go, async (bytes) => {
      const module = readModule(bytes)
      const [fromTable, fromSection] = [readGoNames(module), readNames(module).functions]
      expect(fromTable.size).toBe(module.bodies.count)
      for (const [index, name] of fromTable) if (!generic.test(name)) expect(plain(name)).toBe(plain(fromSection.get(index)!))
      const { artifact } = await shrink(bytes, settings('fast', 'raw', { keepNames: true }))
      const after = readModule(artifact.bytes)
      expect([...readGoNames(after).values()].sort()).toEqual([...fromTable.values()].sort())
    })
  })
})
