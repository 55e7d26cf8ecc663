import type { Rule } from '../../../core/format.ts'
import type { JsDetail } from '../detail.ts'
import { type KeptNames, keptNames } from '../read/name-reads.ts'

export const classNames: Rule<JsDetail> = {
  id: 'js/class-names',
  help: 'Code that decides by `constructor.name` works only while classes keep their names. Minifying leaves them alone.',
  *check({ detail, path }) {
    const { nameReads } = detail.survey
    if (nameReads.length === 0) return
    yield {
      severity: 'info',
      message: `The code decides by the names of classes in ${nameReads.length} place${nameReads.length === 1 ? '' : 's'}; ${keptText(keptNames(nameReads))} in this file`,
      advice: 'Compare the classes themselves, or give them a static field, so that names can be shortened',
      data: { places: nameReads.slice(0, 20).map(({ offset }) => ({ ...detail.script.positions.at(offset) })) },
      location: { path, ...detail.script.positions.at(nameReads[0]!.offset) },
    }
  },
}

function keptText(kept: KeptNames): string {
  if (typeof kept === 'boolean') return 'names of functions and classes are kept'
  return `${kept.slice(0, 5).join(', ')}${kept.length > 5 ? ` and ${kept.length - 5} more` : ''} ${kept.length === 1 ? 'keeps its name' : 'keep their names'}`
}
