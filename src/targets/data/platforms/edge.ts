import { from } from '../../fact.ts'
import type { Target } from '../../target.ts'
import { workerBuiltins, workerBuiltinsDate, workerBuiltinsSource } from '../worker-builtins.generated.ts'

const workersLimits = from('https://developers.cloudflare.com/workers/platform/limits/', '2026-11-20')
const workersDocs = from('https://developers.cloudflare.com/workers/runtime-apis/', '2026-11-20')
const preset = from(workerBuiltinsSource, workerBuiltinsDate)
const memory = from('from memory, not looked up', '2026-11-20', 'unverified')
const noNativeCode = <Value>(value: Value) => workersDocs(value)

/**
 * Modules that workerd has by name, but which do nothing there: no processes, no sockets to listen on, no threads.
 * https://developers.cloudflare.com/workers/runtime-apis/nodejs/ lists them as stubs.
 */
const stubs: ReadonlySet<string> = new Set([
  'child_process',
  'cluster',
  'dgram',
  'http2',
  'inspector',
  'inspector/promises',
  'repl',
  'sqlite',
  'trace_events',
  'tty',
  'v8',
  'vm',
  'wasi',
  'worker_threads',
])

const builtins = workerBuiltins.flatMap((row) => row.full)
const partial = workerBuiltins.at(-1)?.partial ?? []

/** Cloudflare Workers with `nodejs_compat` and today’s compatibility date. */
const cloudflareWorkers: Target = {
  id: 'cloudflare-workers',
  title: 'Cloudflare Workers',
  family: 'edge',
  architectures: noNativeCode(['wasm32']),
  engine: workersDocs({ name: 'workerd' }),
  builtins: preset(builtins.filter((name) => !stubs.has(name)).sort()),
  partialBuiltins: preset([...partial, ...builtins.filter((name) => stubs.has(name))].sort()),
  runtimeCompilation: workersDocs(false),
  limits: [
    { name: 'unzipped', max: workersLimits(67_108_864), condition: 'code before compression' },
    { name: 'memory', max: workersLimits(134_217_728) },
    {
      name: 'startup',
      max: from('https://developers.cloudflare.com/changelog/2025-10-10-increased-startup-time', '2025-10-10')(1000),
    },
  ],
  notes: [
    'until 2026 the limit was on the compressed size (3 MB free, 10 MB paid): an older account may still see it',
    'Node modules as with nodejs_compat (the default from the compatibility date 2026-08-04 on) and a date of 2026-03-17 or later',
  ],
}

const vercelEdge = from('https://vercel.com/docs/functions/runtimes/edge (copy of 2024-05)', '2024-05-01')
const netlifyEdge = from('https://docs.netlify.com/build/edge-functions/limits', '2026-11-20')
const denoDeploy = from('denoland/docs deploy/pricing_and_limits.md', '2025-10-07')
const fastly = from('https://docs.fastly.com/products/compute-resource-limits', '2025-10-09')
const supabase = from('https://supabase.com/docs/guides/functions/limits', '2026-11-20')

export const edgePlatforms: readonly Target[] = [
  cloudflareWorkers,
  {
    id: 'vercel-edge',
    title: 'Vercel Edge runtime',
    family: 'edge',
    architectures: vercelEdge(['wasm32']),
    engine: vercelEdge({ name: 'edge-runtime' }),
    builtins: vercelEdge(['async_hooks', 'events', 'buffer', 'assert', 'util']),
    runtimeCompilation: vercelEdge(false),
    limits: [
      { name: 'gzip', max: vercelEdge(1_048_576), condition: 'Hobby plan' },
      { name: 'gzip', max: vercelEdge(2_097_152), condition: 'Pro plan' },
      { name: 'gzip', max: vercelEdge(4_194_304), condition: 'Enterprise plan' },
    ],
  },
  {
    id: 'netlify-edge',
    title: 'Netlify Edge Functions',
    family: 'edge',
    architectures: netlifyEdge(['wasm32']),
    engine: memory({ name: 'deno', version: '2' }),
    limits: [
      { name: 'zip', max: netlifyEdge(20_971_520), condition: 'compressed' },
      { name: 'memory', max: netlifyEdge(536_870_912) },
    ],
  },
  {
    id: 'deno-deploy',
    title: 'Deno Deploy',
    family: 'edge',
    architectures: denoDeploy(['wasm32']),
    engine: memory({ name: 'deno', version: '2' }),
    limits: [
      { name: 'unzipped', max: denoDeploy(1_073_741_824), condition: 'whole deployment' },
      { name: 'memory', max: denoDeploy(536_870_912) },
    ],
  },
  {
    id: 'supabase-edge',
    title: 'Supabase Edge Functions',
    family: 'edge',
    architectures: supabase(['wasm32']),
    engine: memory({ name: 'deno', version: '2' }),
    limits: [{ name: 'source', max: supabase(20_971_520), condition: 'bundled by the command line' }],
  },
  {
    id: 'fastly-compute',
    title: 'Fastly Compute',
    family: 'edge',
    architectures: fastly(['wasm32']),
    engine: fastly({ name: 'fastly' }),
    runtimeCompilation: memory(false),
    limits: [
      { name: 'zip', max: fastly(104_857_600), condition: 'package' },
      { name: 'memory', max: fastly(134_217_728), condition: 'heap' },
    ],
  },
]
