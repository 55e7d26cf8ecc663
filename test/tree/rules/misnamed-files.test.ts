import { expect, test } from 'vitest'
import { analyze } from '../../../src/api/analyze.ts'
import { tempFolder, writeTree } from '../../support/temp-folder.ts'

const elf = 'f0VMRgIBAQAAAAAAAAAAAA=='
const said = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<Readonly<Record<string, string>>> => {
  const root = tempFolder()
  await writeTree(root, files)
  const { treeFindings } = await analyze([root], { configFile: false })
  const found = treeFindings.filter(({ ruleId }) => ruleId === 'tree/misnamed-file')
  for (const { severity, advice } of found) expect([severity, typeof advice]).toEqual(['warning', 'string'])
  return Object.fromEntries(found.map(({ location, message }) => [location!.path, message]))
}

test('what is named .wasm or .node, and is neither, is told with what it is', async () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n'
  expect(
    await said({
      'lfs.wasm': pointer,
      'lfs.node': pointer,
      'page.wasm': '\n<!DOCTYPE html><title>404</title>',
      'empty.node': '',
      'text.wasm': ';; made by hand\n(module (func))\n',
      'packed.wasm': Uint8Array.of(0x1f, 0x8b, 8, 0),
      'zeros.node': new Uint8Array(64),
      'note.node': 'see  elsewhere\n',
      'elf.wasm': Buffer.from(elf, 'base64'),
      'bytes.node': Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
    }),
  ).toEqual({
    'lfs.wasm': 'lfs.wasm is no WebAssembly module: it is a pointer of Git LFS to the file',
    'lfs.node': 'lfs.node is no program code of Linux, macOS or Windows: it is a pointer of Git LFS to the file',
    'page.wasm': 'page.wasm is no WebAssembly module: it is a page of HTML or XML',
    'empty.node': 'empty.node is no program code of Linux, macOS or Windows: it is empty',
    'text.wasm': 'text.wasm is no WebAssembly module: it is WebAssembly’s text format',
    'packed.wasm': 'packed.wasm is no WebAssembly module: it is compressed with gzip',
    'zeros.node': 'zeros.node is no program code of Linux, macOS or Windows: it is nothing but zeros',
    'note.node': 'note.node is no program code of Linux, macOS or Windows: it is text, beginning with `see elsewhere`',
    'elf.wasm': 'elf.wasm is no WebAssembly module: it is something else, beginning with 7f 45 4c 46 02 01 01 00',
    'bytes.node': 'bytes.node is no program code of Linux, macOS or Windows: it is something else, beginning with de ad be ef',
  })
})

test('what is of another system, broken, or named otherwise is not', async () => {
  const pe = new Uint8Array(256)
  pe.set([0x4d, 0x5a])
  pe.set([64], 60)
  pe.set([0x50, 0x45, 0, 0, 0x64, 0x86], 64)
  expect(
    await said({
      'ok.wasm': Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
      'broken.wasm': Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 99),
      'broken.node': Buffer.from(elf, 'base64'),
      'windows.node': pe,
      'mac.node': Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1),
      'wasm': '',
      'a.wasm.txt': '',
    }),
  ).toEqual({})
})
