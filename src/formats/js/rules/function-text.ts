import type { Rule } from '../../../core/format.ts'
import type { JsDetail } from '../detail.ts'

export const functionText: Rule<JsDetail> = {
  id: 'js/function-text',
  help: 'Code that reads the text of its own functions depends on how they are written. Their names are left alone.',
  *check({ detail, path }) {
    const { textTaken } = detail.scopes
    if (textTaken.length === 0) return
    yield {
      severity: 'info',
      message: `The text of a function is read at run time in ${textTaken.length} place${textTaken.length === 1 ? '' : 's'}; the names in it are not shortened anywhere in this file`,
      advice: 'Move such functions into a file of their own, so that the rest can be minified in full',
      data: { places: textTaken.slice(0, 20).map((offset) => ({ ...detail.script.positions.at(offset) })) },
      location: { path, ...detail.script.positions.at(textTaken[0]!) },
    }
  },
}
