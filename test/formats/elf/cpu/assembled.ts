import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Context } from '../../../../src/core/context.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { isInstalled } from '../../../truth/programs.ts'

const run = promisify(execFile)
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
export const canAssemble: boolean = process.arch === 'x64' && (await isInstalled('gcc'))

/** What a program of functions in assembly needs AVX2 for: `main` is entered, and `plain` and `wide` do the same. `more`: other sections. */
export async function needOfAvx2(functions: Readonly<Record<string, string>>, link: readonly string[] = ['-nostdlib', '-static'], more = ''): Promise<string | undefined> {
  return needOf('avx2', functions, link, more)
}

/** The same of another feature. */
export async function needOf(feature: string, functions: Readonly<Record<string, string>>, link: readonly string[] = ['-nostdlib', '-static'], more = ''): Promise<string | undefined> {
  const all = {
    ...functions,
    plain: 'paddd xmm0, xmm1\npaddd xmm0, xmm2\npaddd xmm0, xmm3\nret',
    wide: 'vpaddd ymm0, ymm0, ymm1\nvpaddd ymm0, ymm0, ymm2\nret',
    detect: 'push rbx\nmov eax, 7\nxor ecx, ecx\ncpuid\nmov eax, ebx\nshr eax, 5\nand eax, 1\npop rbx\nret',
    _start: 'mov rdi, rsp\ncall main\nmov eax, 60\nxor edi, edi\nsyscall\nud2',
  }
  const source = Object.entries(all).map(([name, code]) => `.globl ${name}\n.type ${name}, @function\n.p2align 4\n${name}:\n.cfi_startproc\n${code}\n.cfi_endproc\n.size ${name}, .-${name}`)
  const folder = await mkdtemp(join(tmpdir(), 'shrink-test-'))
  try {
    const path = join(folder, 'program')
    await writeFile(`${path}.s`, `.intel_syntax noprefix\n${source.join('\n')}\n${more}\n.bss\ntable: .zero 8192\n.section .note.GNU-stack,"",@progbits\n`)
    await run('gcc', [...link, '-no-pie', '-Wl,--build-id=none', `${path}.s`, '-o', path])
    const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
    return requirements.find(({ name }) => name === feature)?.need
  } finally {
    await rm(folder, { recursive: true })
  }
}
