import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { readGoFunctions } from '../../../../src/formats/elf/read/pclntab.ts'
import { isInstalled } from '../../../truth/programs.ts'

// With C linked in, Go's code does not begin where .text does. Up to Go 1.25 the table's header says where, since 1.26 only the module does.
const source = `package main

// int answer(void) { return 42; }
import "C"

func main() { println(C.answer()) }
`

const ready = process.arch === 'x64' && (await isInstalled('go', 'version'))

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'go-module-'))
  writeFileSync(join(folder, 'main.go'), source)
  writeFileSync(join(folder, 'go.mod'), 'module example\n\ngo 1.19\n')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.skipIf(!ready).each([['exe', []], ['pie', []], ['c-shared', []], ['exe', ['-s']], ['pie', ['-s']]] as const)('Go %s with C, linked with %j, says where its code begins', (mode, flags) => {
  const out = join(folder, `out-${mode}`)
  execFileSync('go', ['build', `-buildmode=${mode}`, `-ldflags=-linkmode=external ${flags.join(' ')}`, '-o', out, '.'], { cwd: folder, env: { ...process.env, CGO_ENABLED: '1', GOFLAGS: '-mod=mod' } })
  const bytes = readFileSync(out)
  const told = readGoFunctions(readElf(bytes))!
  const text = readElf(bytes).sections.find(({ name }) => name === '.text')!
  expect(told.functions[0]!.address).not.toBe(Number(text.sh_addr))
  // as Go 1.26 leaves it: nothing in the header, and no relocation
  const field = told.offset + 8 + 2 * 8
  bytes.fill(0, field, field + 8)
  const elf = readElf(bytes)
  const relocations = elf.sections.find(({ name }) => name === '.rela.dyn')
  if (relocations !== undefined) {
    const segment = elf.segments.find(({ p_type, p_offset, p_filesz }) => p_type === 1 && field >= p_offset && field < p_offset + p_filesz)!
    const address = segment.p_vaddr + BigInt(field - segment.p_offset)
    for (let at = relocations.sh_offset; at < relocations.sh_offset + relocations.sh_size; at += 24) if (bytes.readBigUInt64LE(at) === address) bytes.fill(0, at, at + 24)
  }
  expect(readGoFunctions(readElf(bytes))).toEqual(told)
})
