import { oneByteMap } from './one-byte-map.ts'
import { opcodeTable } from './opcode-table.ts'

export type Mode = 32 | 64

/** How immediates of the one-byte map are sized; see one-byte-map.ts. */
export const Immediate = { z: 4, v: 8, moffs: 9, far: 10, test: 11, rel: 12 } as const
/** A shape without ModRM has this bit; the low bits are immediate bytes, or an `Immediate` in the one-byte map. */
export const NO_MODRM = 0x80
/** No such instruction. */
export const INVALID = 0xff
/** The set depends on ModRM: look into `groups`. */
export const GROUP = 0xfe

/** The opcode tables, expanded to one byte a question. About 90 KB, made on first use. */
export interface OpcodeTables {
  /** Feature sets by id; 0 is the empty one. */
  readonly featureSets: readonly (readonly string[])[]
  /** One-byte map by mode: operand shape, or INVALID. */
  readonly oneByte: Readonly<Record<Mode, Uint8Array>>
  /** Index: ((map * 4) + prefix) * 256 + opcode, with maps 0F, 0F38, 0F3A. */
  readonly legacyFeatures: Uint8Array
  readonly legacyShapes: Uint8Array
  /** As legacy, * 4 + W * 2 + L. */
  readonly vexFeatures: Uint8Array
  readonly vexShapes: Uint8Array
  /** As legacy with maps 0F, 0F38, 0F3A, 5, 6; * 8 + W * 4 + L'L. */
  readonly evexFeatures: Uint8Array
  readonly evexShapes: Uint8Array
  /** By `encoding index`; 512 entries: W * 256 + ModRM. */
  readonly groups: ReadonlyMap<number, Uint8Array>
  /** `sse3` for FISTTP, `rtm`, `xop`, `3dnow`, `apx_f`: sets that the decoder itself decides on. */
  readonly idOf: (features: string) => number
}

const legacyMaps = ['0f', '0f38', '0f3a']
const evexMaps = ['0f', '0f38', '0f3a', 'map5', 'map6']
const mandatoryPrefixes = ['np', '66', 'f3', 'f2']

let tables: OpcodeTables | undefined

export function opcodeTables(): OpcodeTables {
  return (tables ??= expandTables())
}

/** Key of a group: encodings live in separate ranges. */
export const groupKey = { legacy: 0, vex: 65_536, evex: 131_072 } as const

function expandTables(): OpcodeTables {
  const featureSets: string[][] = [[]]
  const ids = new Map<string, number>([['-', 0]])
  const idOf = (features: string): number => {
    let id = ids.get(features)
    if (id === undefined) {
      id = featureSets.length
      ids.set(features, id)
      featureSets.push(features.split('+'))
    }
    return id
  }
  const legacyFeatures = new Uint8Array(3 * 1024).fill(INVALID)
  const legacyShapes = new Uint8Array(3 * 1024)
  const vexFeatures = new Uint8Array(3 * 1024 * 4).fill(INVALID)
  const vexShapes = new Uint8Array(3 * 1024)
  const evexFeatures = new Uint8Array(5 * 1024 * 8).fill(INVALID)
  const evexShapes = new Uint8Array(5 * 1024)
  const groups = new Map<number, Uint8Array>()
  for (const line of opcodeTable.trim().split('\n')) {
    const [encoding, map, prefix, opcodes, shape, ...features] = line.split(/ +/)
    const maps = encoding === 'evex' ? evexMaps : legacyMaps
    const base = (maps.indexOf(map!) * 4 + mandatoryPrefixes.indexOf(prefix!)) * 256
    for (const opcode of opcodesOf(opcodes!)) {
      const index = base + opcode
      if (encoding === 'legacy') {
        legacyShapes[index] = shapeOf(shape!)
        if (features.length === 1 && !features[0]!.includes('=')) legacyFeatures[index] = idOf(features[0]!)
        else {
          legacyFeatures[index] = GROUP
          groups.set(groupKey.legacy + index, modrmGroup(features, idOf))
        }
      } else if (encoding === 'vex') {
        vexShapes[index] = shapeOf(shape!)
        if (features.some((pair) => pair.startsWith('mem=') || pair.startsWith('reg='))) {
          vexFeatures.fill(GROUP, index * 4, index * 4 + 4)
          groups.set(groupKey.vex + index, modrmGroup(features, idOf))
        } else fillByWL(vexFeatures, index * 4, 2, features, idOf)
      } else {
        evexShapes[index] = shapeOf(shape!)
        if (features.some((pair) => pair.startsWith('/'))) {
          evexFeatures.fill(GROUP, index * 8, index * 8 + 8)
          groups.set(groupKey.evex + index, slashLengthGroup(features, idOf))
        } else fillByWL(evexFeatures, index * 8, 4, features, idOf)
      }
    }
  }
  const oneByte = { 32: oneByteShapes(32), 64: oneByteShapes(64) }
  return {
    featureSets,
    oneByte,
    legacyFeatures,
    legacyShapes,
    vexFeatures,
    vexShapes,
    evexFeatures,
    evexShapes,
    groups,
    idOf,
  }
}

/** `00-03,08` as numbers. */
export function opcodesOf(text: string): number[] {
  const opcodes: number[] = []
  for (const range of text.split(',')) {
    const [from, to = from] = range.split('-').map((hex) => Number.parseInt(hex, 16))
    for (let opcode = from!; opcode <= to!; opcode++) opcodes.push(opcode)
  }
  return opcodes
}

function shapeOf(text: string): number {
  const [operands, immediate = '0'] = text.split('+')
  const size = immediate in Immediate ? Immediate[immediate as keyof typeof Immediate] : Number(immediate)
  return size | (operands === 'rm' ? 0 : NO_MODRM)
}

function oneByteShapes(mode: Mode): Uint8Array {
  const shapes = new Uint8Array(256).fill(INVALID)
  for (const line of oneByteMap.trim().split('\n')) {
    const [opcodes, shape, only] = line.split(' ')
    if (only !== undefined && Number(only) !== mode) continue
    for (const opcode of opcodesOf(opcodes!)) shapes[opcode] = shapeOf(shape!)
  }
  return shapes
}

type IdOf = (features: string) => number

/** `set`, `w1=set`, `l0=set` or `w1l0=set` into `2 * lengths` entries. */
function fillByWL(into: Uint8Array, at: number, lengths: number, features: readonly string[], idOf: IdOf): void {
  for (const pair of features) {
    const [selector, set] = pair.includes('=') ? pair.split('=') : ['', pair]
    const w = /w(\d)/.exec(selector!)?.[1]
    const l = /l(\d)/.exec(selector!)?.[1]
    for (let entry = 0; entry < 2 * lengths; entry++) {
      if (w !== undefined && Number(w) !== Math.floor(entry / lengths)) continue
      if (l !== undefined && Number(l) !== entry % lengths) continue
      into[at + entry] = idOf(set!)
    }
  }
}

/** `mem/6=set`, `reg=set`, `w1reg/6=set`, `rmd0=set` into W * 256 + ModRM. */
function modrmGroup(features: readonly string[], idOf: IdOf): Uint8Array {
  const group = new Uint8Array(512).fill(INVALID)
  for (const pair of features) {
    const [selector, set] = pair.split('=')
    const [, w, form, reg, exact] = /^(?:w(\d))?(?:(mem|reg)(?:\/(\d))?|rm([0-9a-f]{2}))?$/.exec(selector!)!
    for (let entry = 0; entry < 512; entry++) {
      const modrm = entry & 0xff
      if (w !== undefined && Number(w) !== entry >> 8) continue
      if (form !== undefined && (form === 'reg') !== modrm >= 0xc0) continue
      if (reg !== undefined && Number(reg) !== ((modrm >> 3) & 7)) continue
      if (exact !== undefined && Number.parseInt(exact, 16) !== modrm) continue
      group[entry] = idOf(set!)
    }
  }
  return group
}

/** `/3l2=set` into L'L * 8 + ModRM.reg. */
function slashLengthGroup(features: readonly string[], idOf: IdOf): Uint8Array {
  const group = new Uint8Array(32).fill(INVALID)
  for (const pair of features) {
    const [, reg, length, set] = /^\/(\d)l(\d)=(.*)$/.exec(pair)!
    group[Number(length) * 8 + Number(reg)] = idOf(set!)
  }
  return group
}
