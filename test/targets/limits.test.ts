import { describe, expect, it } from 'vitest'
import { checkLimits, findTarget, limitReasons } from '../../src/targets/index.ts'

const lambda = findTarget('aws-lambda/nodejs22.x@x64')

describe('limits', () => {
  it('are compared with the sizes as deployed, to the byte', () => {
    expect(limitReasons({ zip: 52_428_800, unzipped: 262_144_000 }, lambda)).toEqual([])
    const [reason] = limitReasons({ zip: 1, unzipped: 262_144_001 }, lambda)
    expect(reason?.message).toContain('262144001 bytes')
    expect(reason?.message).toContain('aws-lambda/nodejs22.x@x64 allows 262144000 bytes, function and layers together')
  })

  it('are listed with what is used of them; sizes that are not given are not checked', () => {
    expect(checkLimits({ zip: 52_428_801 }, lambda)).toEqual([
      { name: 'zip', condition: 'uploaded directly', limit: 52_428_800, used: 52_428_801, exceeded: true },
    ])
  })

  it('of several plans are all listed', () => {
    const uses = checkLimits({ gzip: 1_500_000 }, findTarget('vercel-edge'))
    expect(uses.map((use) => use.exceeded)).toEqual([true, false, false])
  })

  it('count layers and milliseconds, not bytes', () => {
    expect(limitReasons({ layers: 6 }, lambda)[0]?.message).toContain('the number of layers is 6')
    expect(limitReasons({ startup: 1200 }, findTarget('cloudflare-workers'))[0]?.message).toContain('1200 ms')
  })
})
