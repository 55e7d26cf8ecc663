import { expect, test } from 'vitest'
import { containerName } from '../../src/pipeline/container.ts'

test('an archive of Electron is told from other files that begin with a small number', () => {
  const header = '{"files":{"a.js":{"size":1,"offset":"0"}}}'
  const asar = (text: string): Uint8Array => {
    const bytes = Buffer.alloc(16 + text.length)
    for (const [index, value] of [4, text.length + 8, text.length + 4, text.length].entries()) bytes.writeUInt32LE(value, index * 4)
    bytes.write(text, 16, 'latin1')
    return bytes
  }
  expect(containerName(asar(header))).toBe('asar')
  expect(containerName(asar('{"other":1}'))).toBeUndefined()
  expect(containerName(asar(''))).toBeUndefined()
})
