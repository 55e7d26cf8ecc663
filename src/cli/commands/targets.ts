import { resolveOptions } from '../../api/settings.ts'
import { createPaint } from '../../reporters/paint.ts'
import { targetDetails, targetList } from '../../reporters/targets.ts'
import {
  ageInDays,
  describeTarget,
  exampleIds,
  factsOf,
  findTarget,
  readOwnTargets,
  staleAfterDays,
  targets,
  valueText,
} from '../../targets/index.ts'
import type { RunCommand } from '../command.ts'
import { flagsToConfig } from '../flags.ts'
import { wantsColor } from '../io.ts'
import { configFileOf } from '../run-options.ts'

export const runTargets: RunCommand = async (args, io) => {
  const { config } = await resolveOptions({
    cwd: io.cwd,
    config: flagsToConfig('targets', args),
    ...configFileOf(args),
  })
  const own = readOwnTargets(config.userTargets)
  const id = typeof args['id'] === 'string' ? args['id'] : undefined
  const chosen = id === undefined ? [...own, ...targets] : [findTarget(id, own)]
  if (config.json) {
    io.stdout(`${JSON.stringify({ schemaVersion: 1, targets: chosen }, null, 2)}\n`)
    return 0
  }
  const paint = createPaint(wantsColor(io))
  if (id === undefined) {
    io.stdout(targetList(chosen.map(describeTarget), exampleIds, paint))
    return 0
  }
  // The one place that asks the clock: how old the data is today is what is asked for here.
  const today = new Date().toISOString().slice(0, 10)
  for (const target of chosen) {
    const facts = factsOf(target).map(({ name, fact }) => ({
      name,
      value: valueText(fact.value),
      confidence: fact.confidence,
      date: fact.date,
      source: fact.source,
      old: ageInDays(fact.date, today) > staleAfterDays,
    }))
    io.stdout(targetDetails({ id: target.id, title: target.title, notes: target.notes ?? [] }, facts, paint))
  }
  return 0
}
