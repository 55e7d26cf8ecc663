import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ShrinkError } from '../../src/core/errors.ts'
import type { Tool } from '../../src/core/tool.ts'
import { namedWasmOpt } from '../../src/node/native-wasm-opt.ts'
import { parseWasmOptArguments } from '../../src/node/wasm-opt-arguments.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const command = join(root, 'node_modules/binaryen/bin/wasm-opt')
/** Threads need compiled code: the tool is tested as it is shipped. */
const { bundledWasmOpt } = (await import(pathToFileURL(join(root, 'dist/src/node/bundled-wasm-opt.js')).href)) as {
  bundledWasmOpt: (signal: AbortSignal) => Tool
}
const fails = { code: 'transform/failed' }

// (module (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.mul (i32.const 2) (i32.const 3)))))
const small = Uint8Array.from(
  Buffer.from('0061736d0100000001060160017f017f03020100070501016600000a0c010a002000410241036c6a0b', 'hex'),
)
const bounds = { seconds: 30, memory: 1024 }

/** One function of 400,000 additions: binaryen's tree of it does not fit into the 16 MiB that it starts with. */
function manyInstructions(): Uint8Array {
  const additions = 400_000
  const leb = (value: number): number[] => [(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, ((value >> 14) & 0x7f) | 0x80, value >> 21]
  const bodySize = 1 + 2 + additions * 3 + 1
  const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, 10, ...leb(bodySize + 5), 1, ...leb(bodySize), 0, 0x41, 1]
  const code = new Uint8Array(additions * 3 + 1)
  for (let at = 0; at < additions * 3; at += 3) code.set([0x41, 1, 0x6a], at)
  code[additions * 3] = 0x0b
  return Uint8Array.from([...head, ...code])
}

describe('wasm-opt', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shrink-test-'))
    writeFileSync(join(folder, 'in.wasm'), small)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const byCommand = (args: readonly string[]): Uint8Array => {
    execFileSync(process.execPath, [command, join(folder, 'in.wasm'), ...args, '-o', join(folder, 'out.wasm')])
    return new Uint8Array(readFileSync(join(folder, 'out.wasm')))
  }

  test('the bundled one gives the bytes of the command, cold and warm', async () => {
    const tool = bundledWasmOpt(new AbortController().signal)
    expect(tool.title).toBe('wasm-opt 132 (npm binaryen)')
    const args = ['--mvp-features', '--strip-debug', '-Oz']
    const expected = byCommand(args)
    expect(expected.length).toBeLessThan(small.length)
    expect(await tool.run(small, args, bounds)).toEqual(expected)
    expect(await tool.run(small, args, bounds)).toEqual(expected)
    await tool.close()
  })

  test('a run ends at its time limit, on cancellation and at its memory limit, and the next one works', async () => {
    const controller = new AbortController()
    const tool = bundledWasmOpt(controller.signal)
    await expect(tool.run(small, ['-Oz'], { seconds: 0.02, memory: 1024 })).rejects.toMatchObject(fails)
    const big = readFileSync(join(root, 'node_modules/iced-x86/iced_x86_bg.wasm'))
    const flags = ['--mvp-features', '--enable-bulk-memory', '--enable-bulk-memory-opt', '--enable-mutable-globals']
    const all = [...flags, '--enable-nontrapping-float-to-int', '--enable-sign-ext', '--enable-reference-types', '--enable-multivalue', '-O1']
    await expect(tool.run(manyInstructions(), ['--vacuum'], { seconds: 60, memory: 20 })).rejects.toThrow(/out of memory \(20 MiB allowed\)/)
    expect((await tool.run(small, ['-Oz'], bounds)).length).toBeLessThan(small.length)
    const cancelled = tool.run(big, all, bounds)
    controller.abort(new Error('enough'))
    await expect(cancelled).rejects.toThrow('enough')
    await tool.close()
  })

  test('a module that it refuses is a typed error', async () => {
    const tool = bundledWasmOpt(new AbortController().signal)
    await expect(tool.run(small.subarray(0, 20), ['-Oz'], bounds)).rejects.toMatchObject(fails)
    await expect(tool.run(small, ['--no-such-pass'], bounds)).rejects.toMatchObject(fails)
    await tool.close()
  })

  test.skipIf(process.platform === 'win32')('a program named by the user is run, with the same bytes', async () => {
    const tool = await namedWasmOpt(command, new AbortController().signal)
    expect(tool.title).toBe('wasm-opt 132 (native)')
    const args = ['--mvp-features', '-Oz']
    expect(new Uint8Array(await tool.run(small, args, bounds))).toEqual(byCommand(args))
    await expect(tool.run(small, args, { seconds: 0.02, memory: 1024 })).rejects.toThrow(/stopped after/)
    await expect(tool.run(small.subarray(0, 20), args, bounds)).rejects.toMatchObject(fails)
  })

  test.skipIf(process.platform === 'win32')('a program that is too old or something else is refused', async () => {
    const old = join(folder, 'wasm-opt')
    writeFileSync(old, '#!/bin/sh\necho "wasm-opt version 108 (version_108)"\n', { mode: 0o755 })
    const { signal } = new AbortController()
    await expect(namedWasmOpt(old, signal)).rejects.toThrow(/wasm-opt 108, 120 or later/)
    await expect(namedWasmOpt(process.execPath, signal)).rejects.toThrow(ShrinkError)
    await expect(namedWasmOpt(join(folder, 'none'), signal)).rejects.toThrow(ShrinkError)
  })

  test('the command line is understood or refused, never passed over', () => {
    expect(parseWasmOptArguments(['--mvp-features', '--enable-simd', '--skip-pass=dae', '--pass-arg=a@b@c', '-Oz', '--converge', '--vacuum'])).toEqual({
      features: ['simd'],
      steps: [{ kind: 'optimize', level: 2, shrink: 2 }, { kind: 'pass', name: 'vacuum' }],
      skippedPasses: ['dae'],
      passArguments: [{ key: 'a', value: 'b@c' }],
      names: false,
      converge: true,
    })
    for (const arg of ['-all', '-o', 'x.wasm', '--disable-simd', '-O5']) expect(() => parseWasmOptArguments([arg])).toThrow(ShrinkError)
  })
})
