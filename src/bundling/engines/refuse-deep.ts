import { relative } from 'node:path'
import { ShrinkError } from '../../core/errors.ts'
import { nestsTooDeep } from '../../core/nesting.ts'
import { slashed } from '../paths.ts'

/** @throws ShrinkError for a module whose parsing would end the process, bundler and all, without a word */
export function refuseDeep(code: string, id: string, root: string): void {
  if (!nestsTooDeep(code)) return
  throw new ShrinkError('bundle/failed', `${slashed(relative(root, id))}: the code nests deeper than bundlers survive`, {
    hint: 'Leave it out of the bundle with --external, or split what was generated into statements.',
  })
}
