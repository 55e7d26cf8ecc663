import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { resolve } from 'node:path'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { levels } from '../../src/core/transform.ts'
import { build, project } from './project.ts'

const files = {
  'package.json': '{}',
  'src/e.ts': `import { one } from './lib/one.ts'\nimport legacy from './legacy.cjs'\ninterface Gone { a: string }\nexport const handler = async (): Promise<unknown> => [one(TOKEN_E), legacy.two(), import.meta.url, 'MARK_ENTRY' as string]\ndeclare const TOKEN_E: number`,
  'src/lib/one.ts': `enum Unused { A, B }\nclass Dead { static { void 0 } }\n\nexport function one(x: number): string {\n  return 'MARK_ONE' + x\n}`,
  'src/legacy.cjs': `// comment\nexports.two = function () {\n  return 'MARK_TWO'\n}`,
}

test.each(levels.flatMap((level) => (['esm', 'cjs'] as const).map((format) => [level, format] as const)))(
  'positions lead back to the sources through every pass: %s, %s',
  async (level, format) => {
    const root = project(files)
    const built = await build(['src/e.ts'], { root, level, format, sourceMap: true, define: { TOKEN_E: '1' } })
    const [chunk] = built.chunks
    const map = new TraceMap(chunk!.map!)
    const lines = new TextDecoder().decode(chunk!.bytes).split('\n')
    for (const [mark, file, line] of [['MARK_ENTRY', 'src/e.ts', 4], ['MARK_ONE', 'src/lib/one.ts', 5], ['MARK_TWO', 'src/legacy.cjs', 3]] as const) {
      const at = lines.findIndex((text) => text.includes(mark))
      const found = originalPositionFor(map, { line: at + 1, column: lines[at]!.indexOf(mark) - 1 })
      expect(resolve(built.folder, found.source!)).toBe(resolve(root, file))
      expect(found.line).toBe(line)
      expect(readFileSync(resolve(root, file), 'utf8').split('\n')[found.line! - 1]!.slice(found.column!)).toContain(mark)
    }
    expect(chunk!.map).not.toContain(root)
  },
)
