import { decodedMappings, FlattenMap, sourceContentFor, TraceMap } from '@jridgewell/trace-mapping'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import type { Level } from '../../../src/core/transform.ts'
import { js } from '../../../src/formats/js/index.ts'
import { optimizeArtifact } from '../../../src/pipeline/optimize-artifact.ts'
import { artifact, memoryContext } from './context.ts'

/** Packages of several styles, among them what was compiled from TypeScript and what is generated. */
const packages = ['yargs-parser', 'ajv', 'magic-string', 'tar-stream'] as const

type Shape = 'external' | 'inline' | 'index'

async function bundle(name: string, shape: Shape): Promise<{ code: string; map: string }> {
  const { outputFiles } = await build({
    stdin: { contents: `import * as all from '${name}'\nconsole.log(all)`, resolveDir: process.cwd(), sourcefile: 'entry.js' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    outfile: 'dist/a.mjs',
    sourcemap: shape === 'inline' ? 'inline' : 'linked',
    sourcesContent: true,
    logLevel: 'silent',
  })
  const code = outputFiles.find(({ path }) => path.endsWith('.mjs'))!.text
  const map = outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? ''
  return { code, map: shape === 'index' ? indexMap(JSON.parse(map) as { mappings: string }) : map }
}

/** The same map in two sections (ECMA-426, 9.5), the second from a line in the middle on. */
function indexMap(map: { mappings: string }): string {
  const decoded = decodedMappings(new TraceMap(map as never)).map((line) => line.map((segment) => [...segment]))
  const middle = Math.floor(decoded.length / 2)
  const section = (line: number, mappings: typeof decoded) => ({ offset: { line, column: 0 }, map: { ...map, mappings: mappings as never } })
  // sections hold encoded maps
  const encode = ({ offset, map: part }: ReturnType<typeof section>) => ({ offset, map: encodedOf(part) })
  return JSON.stringify({ version: 3, sections: [encode(section(0, decoded.slice(0, middle))), encode(section(middle, decoded.slice(middle)))] })
}

function encodedOf(map: object): object {
  const trace = new TraceMap(map as never)
  return { version: 3, names: trace.names, sources: trace.sources, sourcesContent: trace.sourcesContent, mappings: encodeMappings(decodedMappings(trace)) }
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function encodeMappings(lines: ReturnType<typeof decodedMappings>): string {
  const last = [0, 0, 0, 0, 0]
  const number = (value: number): string => {
    let rest = value < 0 ? (-value << 1) | 1 : value << 1
    let text = ''
    do {
      text += digits[(rest & 31) | (rest > 31 ? 32 : 0)]
      rest >>>= 5
    } while (rest > 0)
    return text
  }
  return lines
    .map((line) => {
      last[0] = 0
      return line.map((segment) => segment.map((value, i) => [number(value - last[i]!), (last[i] = value)][0]).join('')).join(',')
    })
    .join(';')
}

const keywords = new Set('async await break case catch class const continue debugger default delete else export extends finally function import instanceof null return static super switch this throw true false typeof undefined void while with yield Infinity'.split(' '))

/** Names that are too long to have been made by a minifier. Numbers are folded, and stand for sums of others. */
function tokenAt(line: string | undefined, column: number): string | undefined {
  const token = /^[A-Za-z_$][\w$]{3,}/.exec((line ?? '').slice(column))?.[0]
  return token === undefined || keywords.has(token) ? undefined : token
}

function readOwn({ code, map }: { code: string; map: string }): { code: string; map: TraceMap } {
  const inline = /sourceMappingURL=data:[^,]*,(\S+)/.exec(code)?.[1]
  return { code, map: FlattenMap(JSON.parse(inline === undefined ? map : Buffer.from(inline, 'base64').toString()) as never) }
}

function tokensOf(code: string, map: TraceMap): { token: string; segment: readonly number[]; place: string }[] {
  const lines = code.split('\n')
  return decodedMappings(map).flatMap((segments, index) =>
    segments.flatMap((segment) => {
      const token = tokenAt(lines[index], segment[0])
      return token === undefined || segment.length === 1 ? [] : [{ token, segment, place: `${map.sources[segment[1]]}:${segment[2]}:${segment[3]}` }]
    }),
  )
}

describe('a place in the output leads to the same token in the source', () => {
  it.each(
    packages.flatMap((name, index) => [
      [name, 'balanced', (['external', 'index'] as const)[index % 2]!] as const,
      [name, 'fast', 'inline'] as const,
    ]),
  )('%s at level %s, from an %s map', async (name, level: Level, shape: Shape) => {
    const input = await bundle(name, shape)
    const context = memoryContext({ 'dist/a.mjs.map': input.map })
    const result = await optimizeArtifact(js, artifact('dist/a.mjs', input.code), {}, { level, measure: 'gzip', options: {} }, context)
    const map = new TraceMap(new TextDecoder().decode(result.companions.find(({ role }) => role === 'source-map')!.bytes))
    const lines = new TextDecoder().decode(result.artifact.bytes).split('\n')
    // what the bundle's own map says: compilers map some tokens to others, which is not ours to judge
    const own = readOwn(input)
    const before = new Map<string, Set<string>>()
    for (const { token, place } of tokensOf(own.code, own.map)) before.set(place, (before.get(place) ?? new Set()).add(token))
    let same = 0
    const others: string[] = []
    const sources = map.sources.map((source) => sourceContentFor(map, source!)!.split('\n'))
    for (const { token, segment, place } of tokensOf(lines.join('\n'), map)) {
      const source = (sources[segment[1]!]![segment[2]!] ?? '').slice(segment[3])
      // a quoted key has become a name, or the other way about; `new Error()` has become `Error()`
      if (before.get(place)?.has(token) === true || source.replace(/^(?:["'`]|new )/, '').startsWith(token)) same++
      else others.push(`${token} ← ${[...(before.get(place) ?? [])].join()} ${place}`)
    }
    expect(same).toBeGreaterThan(200)
    // what minifiers write anew (Object for {}, a constant for its name) stands where something else stood
    expect(others.length / (same + others.length), others.slice(0, 30).join('\n')).toBeLessThan(0.03)
  })
})
