import { levelOf, type Model, rank } from './ladder.ts'

/** What one binary needs in truth, and what we say. */
export interface Labelled {
  readonly name: string
  readonly truth: Model
  readonly required: Model
  /** With what is possible on top. */
  readonly possible: Model
}

export type Judgement =
  | 'exact'
  | 'possible not needed' // the required level is right, and something above it is called possible
  | 'missed, possible' // a needed feature is called possible only
  | 'silent miss' // a needed feature is called guarded or absent
  | 'false required'

const place = (model: Model): number => levels.indexOf(levelOf(model))
const levels = ['v1', 'v2', 'AVX', 'v3', 'v4']

/** By level: what lies between models of one level is shown, and not counted. */
export function judgementOf({ truth, required, possible }: Labelled): Judgement {
  if (place(required) > place(truth)) return 'false required'
  if (place(possible) < place(truth)) return 'silent miss'
  if (place(required) < place(truth)) return 'missed, possible'
  return place(possible) > place(truth) ? 'possible not needed' : 'exact'
}

export interface Score {
  readonly all: number
  /** Required level as in truth, whatever is possible above it. */
  readonly exact: number
  readonly silentMisses: readonly string[]
  readonly missedPossible: readonly string[]
  readonly falselyRequired: readonly string[]
  /** Something is called possible that is above what is needed. */
  readonly possibleNotNeeded: readonly string[]
}

export function scoreOf(labelled: readonly Labelled[]): Score {
  const named = (judgement: Judgement): string[] => labelled.filter((each) => judgementOf(each) === judgement).map(({ name }) => name)
  const possibleNotNeeded = labelled.filter((each) => place(each.possible) > place(each.truth) && judgementOf(each) !== 'false required').map(({ name }) => name)
  return {
    all: labelled.length,
    exact: labelled.filter((each) => place(each.required) === place(each.truth)).length,
    silentMisses: named('silent miss'),
    missedPossible: named('missed, possible'),
    falselyRequired: named('false required'),
    possibleNotNeeded,
  }
}

/** The table people read, with totals against the bars. */
export function tableOf(labelled: readonly Labelled[]): string {
  const rows = [
    ['binary', 'truth', 'required', 'possible', ''],
    ...labelled.map((each) => [each.name, each.truth, each.required, rank(each.possible) > rank(each.required) ? each.possible : '', judgementOf(each)]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const score = scoreOf(labelled)
  const share = (count: number): string => `${count} of ${score.all} (${((100 * count) / Math.max(1, score.all)).toFixed(1)} %)`
  return [
    ...rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()),
    `exact level ${share(score.exact)}, bar 95 %`,
    `silent misses ${score.silentMisses.length}, bar 0; needed and only possible ${score.missedPossible.length}`,
    `falsely required ${share(score.falselyRequired.length)}, bar 2 %`,
    `possible and not needed ${share(score.possibleNotNeeded.length)}, bar 5 %`,
  ].join('\n')
}
