import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import { readProgram } from '../../../../src/formats/elf/cpu/x86/code/read-program.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { isInstalled } from '../../../truth/programs.ts'

// Programs without frames and symbols, as bun and deno are: what begins a function is told by the code.

const run = promisify(execFile)
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc'))
const folder = await mkdtemp(join(tmpdir(), 'shrink-test-'))
afterAll(() => rm(folder, { recursive: true }))

/** Assembles a program that starts at `_start`: its bytes without symbols, and the addresses of its labels. */
async function assemble(source: string): Promise<{ bytes: Uint8Array; labels: Map<string, number> }> {
  const path = join(folder, 'program')
  await writeFile(`${path}.s`, `.intel_syntax noprefix\n${source}\n.section .note.GNU-stack,"",@progbits\n`)
  await run('gcc', ['-nostdlib', '-static', '-no-pie', '-Wl,--build-id=none', `${path}.s`, '-o', path])
  const { stdout } = await run('nm', [path])
  const labels = new Map(stdout.split('\n').map((line): [string, number] => [line.split(' ')[2] ?? '', Number.parseInt(line, 16)]))
  await run('strip', ['-s', path])
  return { bytes: await readFile(path), labels }
}

test.skipIf(!ready)('cases of a switch and numbers that look like pointers begin no function; what is jumped to behind another does (needs gcc)', async () => {
  const { bytes, labels } = await assemble(`
.text
.globl _start
_start: xor edi, edi
  mov ecx, offset named
  mov ecx, offset compared
  mov esi, offset behind
  call choose
  call [handlers + rax * 8]
  call last
  call even
  ud2
.balign 16, 0xcc
choose: push rbx
  mov eax, edi
  jmp [cases + rax * 8]
one: mov eax, 1
  jmp end
two: mov eax, 0x12345678
inside = . - 2
  jmp end
end: pop rbx
  ret
handler: ret
.balign 16, 0xcc
named: cmp eax, 0x12345678
compared = . - 2
  ret
stop: ud2
behind: ret
.balign 16, 0xcc
last: test edi, edi
  jne away
  ret
.skip 256, 0xcc
.balign 16, 0xcc
away: mov eax, 5
  jmp unaligned
.skip 256, 0x90
  ret
unaligned: push rbp
  mov rbp, rsp
  pop rbp
  ret
.balign 0x10000, 0xcc
.skip 0xfff0, 0xcc
even: .fill 16, 1, 0x50
round: ret
.section .rodata
.balign 8
cases: .quad one, two
.data
handlers: .quad handler, handler
number: .quad inside
size: .quad round
`)
  const { graph } = readProgram(readElf(bytes))
  const begins = (label: string): boolean => graph.functionAt(labels.get(label)!) !== undefined
  const all = ['choose', 'handler', 'last', 'away', 'unaligned', 'named', 'behind', 'one', 'two', 'end', 'inside', 'compared', 'even', 'round']
  expect(all.filter(begins)).toEqual(['choose', 'handler', 'last', 'away', 'unaligned', 'named', 'behind', 'even'])
})

test.skipIf(!ready)('an instruction behind a return is no filling, though it begins with the bytes of one (needs gcc)', async () => {
  const { bytes, labels } = await assemble(`
.text
${framed}
.balign 16
.globl _start
_start: test edi, edi
  jne filled
  test esi, esi
  je part
  ud2
.fill 19, 1, 0x90
  ret
part: movdqa xmm1, [rip + _start]
inside = . - 6
  ret
.balign 16
filled: ret
.balign 16
last: .cfi_startproc
  ret
.cfi_endproc
`)
  const { graph } = readProgram(readElf(bytes))
  expect(labels.get('inside')! % 16).toBe(0)
  expect(graph.functionAt(labels.get('inside')!)).toBeUndefined()
})

test.skipIf(!ready)('what no way leads to behind the end of a function that is called is no evidence (needs gcc)', async () => {
  const program = (way: string): string => `
.text
.globl _start
_start: xor eax, eax
  cpuid
  lea rdi, [rip + taken]
  mov [rip + pointer], rdi
  call [rip + pointer]
  ud2
.balign 16, 0xcc
taken: ${way}
  movups xmm1, [rsp]
  ret
nowhere: vpaddd ymm0, ymm0, ymm0
  ret
.data
pointer: .quad 0
`
  const needOf = async (way: string): Promise<string | undefined> => {
    const { requirements } = await analyzeCpu(readElf((await assemble(program(way))).bytes), {}, context)
    return requirements.find(({ name }) => name === 'avx2')?.need
  }
  expect(await needOf('test esi, esi')).toBe('guarded')
  expect(await needOf('test esi, esi; jne nowhere')).not.toBe('guarded')
})

test.skipIf(!ready)('calls that linkers made of calls through the GOT are calls (needs gcc)', async () => {
  const { bytes } = await assemble(`
.text
.globl _start
_start: xor eax, eax
  cpuid
  .byte 0x67 # addr32
  call kernel
  ud2
kernel: vpaddd ymm0, ymm0, ymm0
  ret
`)
  const { requirements } = await analyzeCpu(readElf(bytes), {}, context)
  expect(requirements.find(({ name }) => name === 'avx2')?.need).toBe('required')
})

// some units of musl's bun have frames
const framed = '.balign 16, 0xcc\nframed: .cfi_startproc\nlea eax, [rdi + 1]\nret\n.cfi_endproc'

test.skipIf(!ready).each([['no frames', ''], ['some frames', framed]])('parts of a function that has a switch begin none, wherever they lie; what is jumped to without a frame does: %s (needs gcc)', async (_, other) => {
  const { bytes, labels } = await assemble(`
.text
${other}
.balign 16, 0xcc
.globl _start
_start: call choose
  call other
  call hand
  call large
  mov eax, offset megabyte
  ud2
.balign 16, 0xcc
choose: push rbx
  cmp edi, 1
  ja part
  # its last byte is that of POP RBX
  mov byte ptr [rsp - 8], 0x5b
  jmp [cases + rdi * 8]
one: mov eax, 1
  pop rbx
  ret
  call _start
.balign 16, 0xcc
part: mov eax, 3
  jmp two
two: mov eax, 2
  pop rbx
  ret
.skip 3, 0xcc
called: xor eax, eax
  ret
sum: lea eax, [rdi + rdi]
  ret
wrapped: lea eax, [rdi + rsi]
  ret
.skip 200, 0xcc
hand: mov esi, 5
  jmp wrapped
other: push rbp
  mov rbp, rsp
  call called
  pop rbp
  jmp sum
.balign 16, 0xcc
large: .fill 8000, 5, 0x12345678b8
  mov edx, 0x12345678
inside = . - 2
  mov ecx, 5
runInto: ret
.balign 0x100000, 0xcc
megabyte: ret
.section .rodata
.balign 8
cases: .quad one, two
.data
.quad 0, inside, 0, runInto, 0, 0
`)
  const { graph } = readProgram(readElf(bytes))
  const begins = (label: string): boolean => graph.functionAt(labels.get(label)!) !== undefined
  expect(['choose', 'other', 'called', 'sum', 'wrapped', 'large'].filter((label) => !begins(label))).toEqual([])
  expect(['one', 'two', 'part', 'inside', 'runInto'].filter(begins)).toEqual([])
  expect(begins('megabyte')).toBe(other !== '')
})
