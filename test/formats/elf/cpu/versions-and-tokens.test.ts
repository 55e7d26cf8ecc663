import { expect, test } from 'vitest'
import { canAssemble as ready, needOfAvx2 } from './assembled.ts'

// What other compilers and libraries make of a choice, and what is none, cut down to the instructions that matter.

test.skipIf(!ready)('functions of which a bit of the same word far from a register decides between two versions are guarded, unless one has them the other way', async () => {
  const wideVersion = 'vpaddd ymm0, ymm0, ymm1\nvpaddd ymm0, ymm0, ymm2\nvzeroupper\nret'
  const plainVersion = 'paddd xmm0, xmm1\npaddd xmm0, xmm2\nret'
  const twofold = (test: string, [first, second] = [wideVersion, plainVersion]): string => `sub rsp, 8\n${test} 1f\nadd rsp, 8\n${first}\n.p2align 4\n1: add rsp, 8\n${second}`
  const word = 'test dword ptr [r14 + 0x20008], 1\njne'
  const inObject = 'lea rax, [r14 + 0x20000]\nmov eax, [rax + 8]\nbt rax, 0\njb'
  const program = (tests: readonly string[], more: Readonly<Record<string, string>> = {}, store = 'call [rdi + 8]\nnot eax\nmov [r14 + 0x20008], eax'): Record<string, string> => ({
    main: `mov r14, [rdi]\ncall detect\n${store}\n${[...tests.keys()].map((index) => `call copy${index}\n`).join('')}${Object.keys(more).map((name) => `call ${name}\n`).join('')}ret`,
    ...Object.fromEntries(tests.map((test, index) => [`copy${index}`, twofold(test)])),
    ...more,
  })
  const four = Array<string>(4).fill(word)
  expect(await needOfAvx2(program(four))).toBe('guarded')
  expect(await needOfAvx2(program(Array<string>(4).fill(inObject), {}, 'call [rdi + 8]\nlea rbx, [r14 + 0x20000]\nnot eax\nmov [rbx + 8], eax'))).toBe('guarded')
  // nobody stores to it, or what is known to lead there, too few, another bit, a field of some object, what an argument points to, the other way around, and none
  expect(await needOfAvx2(program(four, {}, ''))).not.toBe('guarded')
  expect(await needOfAvx2(program(four, {}, 'mov [r14 + 0x20008], eax'))).not.toBe('guarded')
  expect(await needOfAvx2(program(four.slice(1)))).not.toBe('guarded')
  expect(await needOfAvx2(program(four, { other: twofold('test dword ptr [r14 + 0x20008], 2\njne') }))).not.toBe('guarded')
  expect(await needOfAvx2(program(Array<string>(4).fill('test dword ptr [r14 + 0x108], 1\njne')))).not.toBe('guarded')
  expect(await needOfAvx2(program(Array<string>(4).fill('test dword ptr [rdi + 0x20008], 1\njne')))).not.toBe('guarded')
  expect(await needOfAvx2(program(four, { other: twofold(word, [plainVersion, wideVersion]) }))).not.toBe('guarded')
  expect(await needOfAvx2(program(four, { other: wideVersion }))).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a byte that says that nobody has asked yet, and that nobody changes, is as the file says', async () => {
  const main = (read: string, more = ''): Record<string, string> => ({ main: `call detect\n${more}\n${read}\njne 1f\ncall wide\nret\n1: call plain\nret` })
  const token = (before = ''): string => `.data\n.quad 1\n${before}\ntoken: .byte 0xff\n.balign 8`
  const link = ['-nostdlib', '-static']
  const read = 'movzx eax, byte ptr [rip + token]\ncmp al, 1'
  expect(await needOfAvx2(main(read), link, token())).toBe('guarded')
  expect(await needOfAvx2(main('cmp byte ptr [rip + token], 1'), link, token())).toBe('guarded')
  // somebody stores to it, to what lies before it as well, or has its address or that of what it is in
  expect(await needOfAvx2(main(read, 'mov byte ptr [rip + token], 1'), link, token())).not.toBe('guarded')
  expect(await needOfAvx2(main(read, 'mov rax, [rdi]\nmov [rip + both], rax'), link, token('both: .byte 0'))).not.toBe('guarded')
  expect(await needOfAvx2({ ...main(read, 'lea rdi, [rip + token]\ncall set'), set: 'mov byte ptr [rdi], 1\nret' }, link, token())).not.toBe('guarded')
  expect(await needOfAvx2({ ...main(read, 'lea rdi, [rip + object]\ncall set'), set: 'mov byte ptr [rdi + 40], 1\nret' }, link, token('object: .zero 40'))).not.toBe('guarded')
  // and another number is compared with it
  expect(await needOfAvx2(main('movzx eax, byte ptr [rip + token]\ncmp al, 255'), link, token())).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a loop may keep the address of such a byte in a register, if it only reads the byte', async () => {
  const loop = (body: string, after = '', before = ''): Record<string, string> => ({
    set: 'mov byte ptr [rdi], 1\nret',
    change: 'mov rax, [rsp + 8]\nmov byte ptr [rax], 1\nret',
    main: `push r12\npush rbx\ncall detect\nmov ebx, 3\n${before}\nlea r12, [rip + token]\n0: ${body}\njne 1f\ncall wide\njmp 2f\n1: call plain\n2: dec ebx\njne 0b\n${after}\npop rbx\npop r12\nret`,
  })
  const link = ['-nostdlib', '-static']
  const token = '.data\n.globl __dso_handle\n__dso_handle: .quad __dso_handle\n.quad 1\ntoken: .byte 0xff\n.balign 8'
  const read = 'movzx eax, byte ptr [r12]\ncmp al, 1'
  expect(await needOfAvx2(loop(read), link, token)).toBe('guarded')
  expect(await needOfAvx2(loop('cmp byte ptr [r12], 1'), link, token)).toBe('guarded')
  // it is stored to, handed over, copied, read farther behind, or what is compared is another number
  expect(await needOfAvx2(loop(read, 'mov byte ptr [r12], 1'), link, token)).not.toBe('guarded')
  expect(await needOfAvx2(loop(`${read}\nsete byte ptr [r12]`), link, token)).not.toBe('guarded')
  expect(await needOfAvx2(loop(`mov rdi, r12\ncall set\n${read}`), link, token)).not.toBe('guarded')
  expect(await needOfAvx2(loop(`push r12\ncall change\nadd rsp, 8\n${read}`), link, token)).not.toBe('guarded')
  expect(await needOfAvx2(loop(read, '', 'lea rbp, [rip + token]\nmov byte ptr [rbp + rbx - 3], 1'), link, token)).not.toBe('guarded')
  expect(await needOfAvx2(loop('movzx eax, byte ptr [r12]\ncmp al, 255'), link, token)).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('tables of switches among the code, as GraalVM has them, are no instructions', async () => {
  // an entry is a number, and the distance to its case: the second begins with the bytes of `vpaddd ymm0, ymm0, ymm1`
  const table = '.balign 8\ncases: .long 1, 1f - cases\n.byte 0xc5, 0xfd, 0xfe, 0xc1\n.long 1f - cases\n'
  const choose = (load: string, jump: string, behind: string): string => `.text\n.balign 16\nchoose: movzx ecx, byte ptr [rdi]\nmov edx, ecx\nand edx, 1\nlea rbx, [rip + cases]\n${load}\n${jump}\n${behind}1: ret`
  const main = 'push rbx\npush rbp\ncall detect\ncall choose\npop rbp\npop rbx\nret'
  const link = ['-nostdlib', '-static', '-s']
  const jump = 'cmp ebp, ecx\njne 1f\nsar rbp, 32\nadd rbx, rbp\njmp rbx'
  expect(await needOfAvx2({ main }, link, choose('mov rbp, [rbx + rdx * 8]', jump, table))).toBe('guarded')
  // code that is called there, and not read
  const code = `.balign 8\ncases: ${'nop\n'.repeat(8)}vpaddd ymm0, ymm0, ymm1\nret\n`
  expect(await needOfAvx2({ main }, link, choose('mov rbp, [rdi + rdx * 8]', 'jmp rbx', code))).not.toBe('guarded')
  expect(await needOfAvx2({ main }, link, choose('mov rbp, [rbx + 8]', 'jmp rbx', code))).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a table among code whose address is taken jumps nowhere', async () => {
  const entered = 'mov eax, [rdi]\ncmp eax, 5\nje 2f\n1: call plain\nret\n2: vpaddd ymm0, ymm0, ymm1\ninside: vpaddd ymm0, ymm0, ymm2\nret'
  const link = ['-nostdlib', '-static', '-s']
  const main = 'push rdi\ncall hash\ncall detect\npop rdi\ntest eax, eax\nje 1f\ncall entered\n1: ret'
  const hash = 'lea rax, [rip + numbers]\nmovdqa xmm0, [rax]\nret'
  // SHA-2's constants begin with what is no instruction
  const after = (numbers: string): string => `.text\n.balign 64\nnumbers: ${numbers}\njmp inside\n.balign 64`
  expect(await needOfAvx2({ main, hash, entered }, link, after('.long 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5'))).toBe('guarded')
  expect(await needOfAvx2({ main, hash: 'lea rax, [rip + numbers]\ncall rax\nret', entered }, link, after('nop'))).not.toBe('guarded')
}, 60_000)
