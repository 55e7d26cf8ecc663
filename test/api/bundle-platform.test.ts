import { expect, it } from 'vitest'
import { bundlePlatform } from '../../src/api/bundle-platform.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'

it.each([
  [[], undefined, 'node'],
  [['cloudflare-workers'], undefined, 'worker'],
  [['cloudflare-workers', 'vercel-edge'], undefined, 'worker'],
  [['chrome120', 'firefox121'], undefined, 'browser'],
  [['aws-lambda/nodejs22.x'], undefined, 'node'],
  [['node22', 'cloudflare-workers'], undefined, 'node'],
  [['cloudflare-workers'], 'neutral', 'neutral'],
] as const)('targets %j, asked for %s: bundles are made for %s', (target, asked, expected) => {
  const config = resolveConfig([{ from: 'test', values: { target, ...(asked === undefined ? {} : { bundle: { platform: asked } }) } }])
  expect(bundlePlatform(config)).toBe(expected)
})
