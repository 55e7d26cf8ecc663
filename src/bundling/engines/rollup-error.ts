import { relative } from 'node:path'
import { ShrinkError } from '../../core/errors.ts'
import { slashed } from '../paths.ts'
import type { EngineRequest } from './engine.ts'

interface RollupErrorLike {
  readonly message: string
  readonly code?: string
  readonly id?: string
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number }
  readonly errors?: readonly RollupErrorLike[]
}

/** What Rollup or Rolldown threw, without absolute paths and colours; errors that are not theirs as they are. */
export function rollupError(error: unknown, request: EngineRequest): unknown {
  if (!(error instanceof Error)) return error
  const details = error as RollupErrorLike
  const own = [error, ...(details.errors ?? [])].find((each) => each instanceof ShrinkError)
  // both write a code of theirs over that of an error that a plugin threw
  if (own !== undefined) return 'plugin' in own ? new ShrinkError('bundle/failed', own.message.replace(/^\[plugin [^\]]*\]\s*/, ''), own.details) : own
  const first = details.errors?.[0] ?? details
  if (first.code === undefined && details.errors === undefined) return error
  const file = first.loc?.file ?? first.id
  const { root } = request.options
  // oxlint-disable-next-line no-control-regex -- colours
  const plain = first.message.replace(/\u001B\[[\d;]*m/g, '').replaceAll(`${root}/`, '').replaceAll(root, '.')
  const place = file === undefined || plain.includes(slashed(relative(root, file))) ? '' : `${slashed(relative(root, file))}: `
  return new ShrinkError('bundle/failed', `${place}${plain.trim()}`, {
    line: first.loc?.line,
    column: first.loc?.column,
    cause: error,
  })
}
