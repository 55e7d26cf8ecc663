import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { sharedFolder } from '../support/temp-folder.ts'
import { cgoStyles } from './languages/cgo.ts'
import { isInstalled } from './programs.ts'

const run = promisify(execFile)
const folder = sharedFolder()
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const machines = [{ arch: 'amd64', compiler: 'gcc', feature: 'avx2' }, { arch: 'arm64', compiler: 'aarch64-linux-gnu-gcc', feature: 'dotprod' }] as const

for (const { arch, compiler, feature } of machines) {
  const ready = (await isInstalled('go', 'version')) && (await isInstalled(compiler))
  test.skipIf(!ready)(`C in programs of Go, ${arch}: what it needs without asking is not taken for Go's own packages (needs go, ${compiler})`, async () => {
    const found: Record<string, string[]> = {}
    const expected: Record<string, string[]> = {}
    for (const [style, [truth, source]] of Object.entries(cgoStyles)) {
      const program = join(folder(), `${style}-${arch}`)
      await mkdir(program, { recursive: true })
      await copyFile(join(import.meta.dirname, 'languages/cgo/kernel.h'), join(program, 'kernel.h'))
      await writeFile(join(program, 'go.mod'), 'module example.com/cgo\n\ngo 1.19\n')
      await writeFile(join(program, 'main.go'), `package main\n\n// #include "kernel.h"\nimport "C"\n\n${source}\n`)
      found[style] = []
      expected[style] = truth === 'needed' ? ['possible', 'possible'] : ['guarded', 'guarded']
      for (const flags of ['', '-s']) {
        const output = join(program, `program${flags}`)
        await run('go', ['build', `-ldflags=${flags}`, '-o', output, '.'], { cwd: program, env: { ...process.env, CGO_ENABLED: '1', GOARCH: arch, CC: compiler }, timeout: 120_000 })
        const { requirements } = await analyzeCpu(readElf(await readFile(output)), {}, context)
        found[style].push(requirements.find(({ name }) => name === feature)?.need ?? 'absent')
      }
    }
    expect(found).toEqual(expected)
  }, 600_000)
}
