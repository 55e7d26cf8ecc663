import { from } from '../../fact.ts'
import type { Limit, Target } from '../../target.ts'
import { systemOf } from '../system.ts'
import { nodeCompiles } from './runtimes.ts'

const runtimes = from('https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html', '2026-08-22')
const quotas = from(
  'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (as quoted on repost.aws)',
  '2026-11-20',
)
const unzippedError = from(
  'error text of the service: “Unzipped size must be smaller than 262144000 bytes” (repost.aws QUt1Cc15fbTkWsVXPNmj6MNQ)',
  '2026-11-20',
)
const layers = from('https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html', '2026-11-20')
const edgeMemory = from(
  'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html (as quoted on repost.aws)',
  '2026-11-20',
)
const avx2 = from('https://docs.aws.amazon.com/lambda/latest/dg/runtimes-avx2.html', '2026-11-20')
const graviton = from('https://github.com/aws/aws-graviton-getting-started (Graviton2: Neoverse N1)', '2026-11-20')
const memory = from('from memory, not looked up', '2026-11-20', 'unverified')

const limits: readonly Limit[] = [
  { name: 'zip', max: quotas(52_428_800), condition: 'uploaded directly' },
  { name: 'unzipped', max: unzippedError(262_144_000), condition: 'function and layers together' },
  { name: 'layers', max: layers(5) },
  { name: 'image', max: memory(10_737_418_240), condition: 'container image' },
]

const cpu: NonNullable<Target['cpu']> = { 'x86-64': avx2('haswell'), aarch64: graviton('neoverse-n1') }
const both = runtimes(['x86-64', 'aarch64'] as const)

/** Lambda’s managed runtimes on Amazon Linux 2023: glibc 2.34 was seen in their images (run-llama/liteparse#346). */
function node(line: string, rest: Partial<Target>): Target {
  return {
    id: `aws-lambda/nodejs${line}.x`,
    title: `AWS Lambda, Node.js ${line}`,
    family: 'functions',
    ...systemOf('amazonlinux-2023'),
    architectures: both,
    cpu,
    engine: runtimes({ name: 'node', version: line }),
    runtimeCompilation: nodeCompiles,
    limits,
    ...rest,
  }
}

export const awsLambda: readonly Target[] = [
  node('24', { supportEnds: runtimes('2028-04-30') }),
  node('22', { supportEnds: runtimes('2027-04-30') }),
  node('20', { deprecated: runtimes('2026-04-30') }),
  {
    id: 'aws-lambda/provided.al2023',
    title: 'AWS Lambda, own runtime on Amazon Linux 2023',
    family: 'functions',
    ...systemOf('amazonlinux-2023'),
    architectures: both,
    cpu,
    limits,
    supportEnds: runtimes('2029-06-30'),
    notes: ['the program is `bootstrap` at the root of the archive, with mode 0755'],
  },
  {
    id: 'aws-lambda/provided.al2',
    title: 'AWS Lambda, own runtime on Amazon Linux 2',
    family: 'functions',
    ...systemOf('amazonlinux-2'),
    architectures: both,
    cpu,
    limits,
    deprecated: runtimes('2026-07-31'),
    notes: ['the program is `bootstrap` at the root of the archive, with mode 0755'],
  },
  {
    id: 'aws-lambda/web-functions',
    title: 'AWS Lambda Web Functions',
    family: 'functions',
    architectures: from(
      'https://docs.aws.amazon.com/lambda/latest/dg/web-functions-configuration-architecture.html',
      '2026-11-20',
    )(['aarch64']),
    limits: [],
    notes: ['package limits were not found in the documentation'],
  },
  edge('origin', [{ name: 'zip', max: memory(52_428_800), condition: 'function and libraries' }]),
  edge('viewer', [
    { name: 'zip', max: memory(1_048_576), condition: 'function and libraries' },
    { name: 'memory', max: edgeMemory(134_217_728) },
  ]),
  {
    id: 'aws-cloudfront-functions',
    title: 'Amazon CloudFront Functions',
    family: 'edge',
    architectures: memory([]),
    engine: memory({ name: 'cloudfront-js', version: '2.0' }),
    runtimeCompilation: memory(false),
    limits: [{ name: 'source', max: memory(10_240) }],
  },
]

function edge(trigger: string, limits: readonly Limit[]): Target {
  return {
    id: `aws-lambda-edge/${trigger}`,
    title: `AWS Lambda@Edge, ${trigger} requests`,
    family: 'edge',
    ...systemOf('amazonlinux-2023', 'unverified'),
    architectures: memory(['x86-64']),
    limits,
    notes: ['Node version and C library follow the runtime that is chosen for the function; layers cannot be used'],
  }
}
