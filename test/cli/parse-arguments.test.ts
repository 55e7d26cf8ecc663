import { expect, test } from 'vitest'
import { parseArguments } from '../../src/cli/parse-arguments.ts'

function argsOf(...argv: string[]): Readonly<Record<string, unknown>> {
  const request = parseArguments(argv)
  if (request.kind !== 'run') throw new Error(`not a run: ${request.kind}`)
  return request.args
}

test('flags and paths in any order; the last of a flag that is given twice counts, lists add up', () => {
  expect(argsOf('build', 'a', '--out', 'x', 'b', '--out=y', '--arch', 'x64', '--arch', 'arm64')).toEqual({
    paths: ['a', 'b'],
    out: 'y',
    arch: ['x64', 'arm64'],
  })
  expect(argsOf('--json', 'analyze', 'a')).toEqual({ paths: ['a'], json: true })
})

test('short flags, switches that are turned off, numbers, and what stands behind --', () => {
  expect(argsOf('build', '-o', 'x', '-j2', '--no-minify', '--cache=false', '--', '--strange')).toEqual({
    paths: ['--strange'],
    out: 'x',
    jobs: 2,
    minify: false,
    cache: false,
  })
  expect(argsOf('analyze', 'a', '--no-config')).toEqual({ paths: ['a'], config: false })
  expect(argsOf('build', '--image-cmd=--port', '--define', 'A=1=2')).toEqual({ paths: [], 'image-cmd': ['--port'], define: ['A=1=2'] })
  expect(argsOf('explain', 'f', '--feature', 'avx2')).toEqual({ file: 'f', feature: 'avx2' })
})

test('help and version are asked for anywhere', () => {
  expect(parseArguments(['--version']).kind).toBe('version')
  expect(parseArguments(['build', 'x', '-h'])).toMatchObject({ kind: 'help', command: { name: 'build' } })
  expect(parseArguments(['--help'])).toEqual({ kind: 'help' })
})

test.each([
  [['build', '--out'], /--out needs a value/],
  [['build', '--out', '--minify'], /--out needs a value/],
  [['build', '--minify=3'], /--minify takes no value but true or false/],
  [['build', '--no-minify=yes'], /--no-minify takes no value/],
  [['build', '--no-out'], /unknown option `--no-out`/],
  [['explain', 'a', 'b'], /`b` is too much/],
  [['explain'], /explain <file>: nothing is named/],
  [['--jsn'], /a command is needed/],
])('%j is refused', (argv, message) => {
  expect(() => parseArguments(argv)).toThrow(message)
})
