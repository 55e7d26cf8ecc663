import type { Reason } from '../core/report.ts'
import type { Limit, LimitName, Target } from './target.ts'

/** Sizes of a deployment, as deployed. What is not given is not checked. */
export type DeployedSizes = Readonly<Partial<Record<LimitName, number>>>

export interface LimitUse {
  readonly name: LimitName
  readonly condition?: string
  /** In the unit of the limit: bytes, milliseconds, a count. */
  readonly limit: number
  readonly used: number
  readonly exceeded: boolean
}

/** Every limit of the target for which a size is given. */
export function checkLimits(sizes: DeployedSizes, target: Target): LimitUse[] {
  return target.limits.flatMap((limit) => {
    const used = sizes[limit.name]
    if (used === undefined) return []
    const { name, condition, max } = limit
    return [
      { name, ...(condition === undefined ? {} : { condition }), limit: max.value, used, exceeded: used > max.value },
    ]
  })
}

/** Why a deployment of these sizes is refused by the target: one reason for each limit that is exceeded. */
export function limitReasons(sizes: DeployedSizes, target: Target): Reason[] {
  return target.limits.flatMap((limit): Reason[] => {
    const used = sizes[limit.name]
    if (used === undefined || used <= limit.max.value) return []
    const unverified = limit.max.confidence === 'unverified' ? ' (the limit is not verified)' : ''
    const condition = limit.condition === undefined ? '' : `, ${limit.condition}`
    return [
      {
        message: `${what[limit.name]} ${amount(limit, used)}, ${target.id} allows ${amount(limit, limit.max.value)}${condition}${unverified}`,
        ...(hints[limit.name] === undefined ? {} : { hint: hints[limit.name] ?? '' }),
      },
    ]
  })
}

const what: Readonly<Record<LimitName, string>> = {
  zip: 'the archive is',
  'zip-storage': 'the archive is',
  unzipped: 'all files together are',
  gzip: 'the code after gzip is',
  source: 'the source is',
  image: 'the image is',
  layers: 'the number of layers is',
  memory: 'the memory needed at start is',
  startup: 'the time until the first request is',
}

const hints: Readonly<Partial<Record<LimitName, string>>> = {
  zip: 'upload through object storage, or make it smaller: `shrink analyze` lists what is wasted',
  unzipped: 'deploy a container image, or drop builds of other platforms and debug information',
  gzip: 'minify, and leave out what is not reached',
}

function amount(limit: Limit, value: number): string {
  if (limit.name === 'layers') return String(value)
  return limit.name === 'startup' ? `${value} ms` : `${value} bytes`
}
