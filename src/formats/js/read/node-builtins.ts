/** The modules that Node has built in (`module.builtinModules` of Node 24, without the deprecated `_` ones). */
const names =
  'assert assert/strict async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel ' +
  'dns dns/promises domain events fs fs/promises http http2 https inspector inspector/promises module net os path ' +
  'path/posix path/win32 perf_hooks process punycode querystring readline readline/promises repl stream ' +
  'stream/consumers stream/promises stream/web string_decoder sys timers timers/promises tls trace_events tty url ' +
  'util util/types v8 vm wasi worker_threads zlib'

/** Built in, but only under the `node:` prefix; with the first Node version that has them. */
const prefixed: Readonly<Record<string, string>> = {
  sea: '20.12',
  sqlite: '22.5',
  test: '18.0',
  'test/reporters': '19.9',
}

/** First versions of those that came late. */
const since: Readonly<Record<string, string>> = {
  'assert/strict': '15.0',
  diagnostics_channel: '15.1',
  'dns/promises': '15.0',
  'fs/promises': '14.0',
  'inspector/promises': '19.0',
  'path/posix': '15.3',
  'path/win32': '15.3',
  'readline/promises': '17.0',
  'stream/consumers': '16.7',
  'stream/promises': '15.0',
  'stream/web': '16.5',
  'timers/promises': '15.0',
  'util/types': '15.3',
  wasi: '13.3',
  worker_threads: '12.0',
}

const builtins: ReadonlySet<string> = new Set(names.split(' '))

/** The built-in module that a specifier loads, without `node:`; undefined when it loads something else. */
export function nodeBuiltin(specifier: string): string | undefined {
  const bare = specifier.startsWith('node:') ? specifier.slice('node:'.length) : specifier
  if (bare !== specifier && Object.hasOwn(prefixed, bare)) return bare
  return builtins.has(bare) ? bare : undefined
}

/** First Node version that has a built-in module; undefined where every version in use has it. */
export function builtinSince(name: string): string | undefined {
  return Object.hasOwn(prefixed, name) ? prefixed[name] : Object.hasOwn(since, name) ? since[name] : undefined
}
