import { init, parse as lex } from 'cjs-module-lexer'
import { beforeAll, describe, expect, it } from 'vitest'
import { js } from '../../../src/formats/js/index.ts'
import { parseScript } from '../../../src/formats/js/read/parse-script.ts'
import { keepExportNames } from '../../../src/formats/js/transforms/keep-export-names.ts'
import { optimizeArtifact } from '../../../src/pipeline/optimize-artifact.ts'
import { artifact, memoryContext } from './context.ts'

beforeAll(init)

async function keep(text: string, wanted: readonly string[]) {
  const kept = await keepExportNames(text, wanted, () => parseScript('a.js', text, 'commonjs'))
  const { exports, reexports } = lex(kept.text)
  return { ...kept, exports: exports.toSorted(), reexports: reexports.toSorted() }
}

describe('names that Node finds in CommonJS without running it', () => {
  it('are those of getters again, however a minifier has written them', async () => {
    const text = `Object.defineProperty(exports,"a",{enumerable:!0,get:function(){return m.a}}),Object.defineProperty(exports,"b",{enumerable:!0,get:()=>m["b"]}),Object.defineProperty(module.exports,"c",{get(){return c}});`
    const { exports, text: kept } = await keep(text, ['a', 'b', 'c'])
    expect(exports).toEqual(['a', 'b', 'c'])
    expect(kept).not.toContain('0&&')
  })

  it('leaves getters alone that do more than the lexer knows', async () => {
    const text = `Object.defineProperty(exports,"a",{enumerable:!0,get:function(){return m().a}}),exports.b=1;`
    expect(await keep(text, ['b'])).toMatchObject({ text, edits: [], exports: ['b'] })
  })

  it('are written as a hint where nothing else tells them', async () => {
    const { exports, reexports, text } = await keep('e(module.exports,t)', ['a', 'default', 'x-y', '* from ./b', '* from ./c'])
    expect(exports).toEqual(['a', 'default', 'x-y'])
    expect(reexports).toEqual(['./b', './c'])
    expect(() => new Function('exports', 'module', 'require', 'e', 't', text)({}, { exports: {} }, null, () => {}, 1)).not.toThrow()
  })

  it('survive in a barrel as TypeScript writes it, and the map moves with them', async () => {
    const text = `"use strict";
var __createBinding = (this && this.__createBinding) || function (o, m, k, k2) { if (k2 === undefined) k2 = k; o[k2] = m[k]; };
var __exportStar = (this && this.__exportStar) || function (m, exports) { for (var p in m) if (p !== "default" && !exports.hasOwnProperty(p)) __createBinding(exports, m, p); };
Object.defineProperty(exports, "__esModule", { value: true });
exports.late = exports.first = void 0;
__exportStar(require("./other.js"), exports);
var util_1 = require("./util.js");
Object.defineProperty(exports, "first", { enumerable: true, get: function () { return util_1.first; } });
exports.late = markerOfTheLastLine;
`
    const mappings = text.split('\n').map((line, index) => (line === '' ? '' : index === 0 ? 'AAAA' : 'AACA')).join(';')
    const map = JSON.stringify({ version: 3, sources: ['barrel.ts'], names: [], mappings, sourcesContent: [text] })
    const input = artifact('barrel.js', `${text}//# sourceMappingURL=barrel.js.map\n`)
    const context = memoryContext({ 'barrel.js.map': map })
    const result = await optimizeArtifact(js, input, {}, { level: 'balanced', measure: 'gzip', options: {} }, context)
    const code = new TextDecoder().decode(result.artifact.bytes)
    expect(result.changes).toHaveLength(1)
    expect(lex(code)).toMatchObject({ exports: expect.arrayContaining(['__esModule', 'first', 'late']), reexports: ['./other.js'] })
    const { TraceMap, originalPositionFor } = await import('@jridgewell/trace-mapping')
    const column = code.split('\n')[0]!.indexOf('markerOfTheLastLine')
    const composed = new TraceMap(new TextDecoder().decode(result.companions[0]!.bytes))
    expect(originalPositionFor(composed, { line: 1, column })).toMatchObject({ source: 'barrel.ts', line: 9 })
  })
})
