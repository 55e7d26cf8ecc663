// Written by scripts/generate-worker-builtins.mjs. Do not edit.
export interface WorkerBuiltins {
  /** Compatibility date from which this row counts. */
  readonly from: string
  /** Modules that workerd has itself from then on, beside those of the rows before. */
  readonly full: readonly string[]
  /** Modules of which a part is there, as of this row: the rest throws. */
  readonly partial: readonly string[]
}

export const workerBuiltinsSource = '@cloudflare/unenv-preset 2.16.2 with nodejs_compat'
export const workerBuiltinsDate = '2026-11-20'

export const workerBuiltins: readonly WorkerBuiltins[] = [
  { from: '2024-09-23', full: ['assert', 'assert/strict', 'async_hooks', 'buffer', 'constants', 'crypto', 'diagnostics_channel', 'dns', 'dns/promises', 'events', 'module', 'net', 'path', 'path/posix', 'path/win32', 'querystring', 'stream', 'stream/consumers', 'stream/promises', 'stream/web', 'string_decoder', 'sys', 'timers', 'timers/promises', 'tls', 'url', 'util', 'util/types', 'zlib'], partial: ['console', 'process'] },
  { from: '2025-08-15', full: ['http', 'https'], partial: ['console', 'process'] },
  { from: '2025-09-01', full: ['http2'], partial: ['console', 'process'] },
  { from: '2025-09-15', full: ['fs', 'fs/promises', 'os'], partial: ['console', 'process'] },
  { from: '2025-09-21', full: ['console'], partial: ['process'] },
  { from: '2025-10-01', full: ['vm'], partial: ['process'] },
  { from: '2025-12-04', full: ['cluster', 'domain', 'punycode', 'trace_events', 'wasi'], partial: ['process'] },
  { from: '2026-01-29', full: ['dgram', 'inspector', 'inspector/promises', 'sqlite'], partial: ['process'] },
  { from: '2026-02-19', full: ['process'], partial: [] },
  { from: '2026-03-17', full: ['child_process', 'perf_hooks', 'readline', 'readline/promises', 'repl', 'tty', 'v8', 'worker_threads'], partial: [] },
]
