import type { Context } from '../../../core/context.ts'
import type { ModuleRange } from './composition.ts'

const names = ['metafile.json', 'meta.json', 'esbuild-meta.json']

/**
 * What esbuild or Rolldown wrote down about its output, where the file lies beside it or above. It knows how many bytes
 * each input takes, not where: the ranges stand in the order of the file.
 */
export async function rangesFromMetafile(path: string, byteLength: number, context: Context): Promise<ModuleRange[]> {
  const folders = path.split('/').slice(0, -1)
  for (;;) {
    for (const name of names) {
      const bytes = await context.readFile([...folders, name].join('/'))
      const inputs = bytes === undefined ? undefined : inputsOf(bytes, path, byteLength)
      if (inputs !== undefined) return inputs
    }
    if (folders.pop() === undefined) return []
  }
}

function inputsOf(bytes: Uint8Array, path: string, byteLength: number): ModuleRange[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
  const outputs = child(value, 'outputs')
  if (outputs === undefined) return undefined
  const name = path.split('/').at(-1)!
  for (const [key, output] of Object.entries(outputs)) {
    const inputs = child(output, 'inputs')
    // the same file: its name, and its length as it was written
    if (inputs === undefined || key.split('/').at(-1) !== name) continue
    if ((output as { bytes?: unknown }).bytes !== byteLength) continue
    const ranges: ModuleRange[] = []
    let offset = 0
    for (const [source, input] of Object.entries(inputs)) {
      const size = (input as { bytesInOutput?: unknown }).bytesInOutput
      if (typeof size !== 'number' || !(size > 0)) continue
      ranges.push({ source, offset, size })
      offset += size
    }
    return ranges
  }
  return undefined
}

function child(value: unknown, key: string): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const inner = (value as Readonly<Record<string, unknown>>)[key]
  return typeof inner === 'object' && inner !== null ? (inner as Readonly<Record<string, unknown>>) : undefined
}
