import { readdir } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import { UsageError } from '../core/errors.ts'
import { realPlace } from '../node/real-place.ts'
import { manifestName } from './manifest-name.ts'

/**
 * The output folder is replaced as a whole, so it may hold nothing that somebody would miss: no input, and no files but
 * those of an earlier build.
 *
 * @throws UsageError
 */
export async function refuseHarmfulOutput(out: string, paths: readonly string[], cwd: string): Promise<void> {
  const absolute = resolve(cwd, out)
  const place = await realPlace(absolute)
  for (const path of paths) {
    const input = resolve(cwd, path)
    // As written, too: a link is replaced, and may lie in the input.
    if (overlap(input, absolute) || overlap(await realPlace(input), place)) {
      throw new UsageError(`--out ${out} overlaps the input ${path}`, 'Write into a folder beside it.')
    }
  }
  const there: string[] = await readdir(absolute).catch(() => [])
  if (there.length > 0 && !there.includes(manifestName)) {
    throw new UsageError(
      `--out ${out} holds files that shrink did not write (${there.sort().slice(0, 3).join(', ')}${there.length > 3 ? ', …' : ''})`,
      'The output folder is replaced as a whole: empty it first, or choose another.',
    )
  }
}

function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one)
}

function contains(outer: string, inner: string): boolean {
  const path = relative(outer, inner)
  return path === '' || (path !== '..' && !path.startsWith(`..${sep}`) && resolve(outer, path) === inner)
}
