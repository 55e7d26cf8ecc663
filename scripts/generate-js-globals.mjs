// Writes src/targets/data/js-globals.generated.ts from @mdn/browser-compat-data (CC0-1.0), pinned by digest.
//   node scripts/generate-js-globals.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { unpackPackage } from './unpack-package.mjs'

const date = '2026-11-20'
const version = '8.1.9'
const integrity = 'sha512-7d8D9yzVS4ugLbt4clzc5DKU8dq85K0lRebjzpP43GxSr7vYKmczgfuEU+0beimjl5YmnHkcErtolg5t5ttb0A=='

/** ECMA-262's own globals that came after ES2015, those of the Web platform that servers share, and those of browsers. */
const names = [
  'AbortController', 'AbortSignal', 'AggregateError', 'AsyncDisposableStack', 'Atomics', 'BigInt', 'BigInt64Array',
  'BigUint64Array', 'Blob', 'BroadcastChannel', 'CloseEvent', 'CompressionStream', 'CryptoKey', 'CustomEvent', 'DOMException',
  'DecompressionStream', 'DisposableStack', 'Event', 'EventTarget', 'File', 'FinalizationRegistry', 'Float16Array', 'FormData',
  'Headers', 'Iterator', 'MessageChannel', 'MessageEvent', 'MessagePort', 'ReadableStream', 'Request', 'Response',
  'SharedArrayBuffer', 'SuppressedError', 'TextDecoder', 'TextDecoderStream', 'TextEncoder', 'TextEncoderStream',
  'TransformStream', 'URL', 'URLPattern', 'URLSearchParams', 'WeakRef', 'WebSocket', 'WritableStream', 'atob', 'btoa',
  'clearInterval', 'clearTimeout', 'console', 'crypto', 'fetch', 'globalThis', 'navigator', 'performance', 'queueMicrotask',
  'self', 'setInterval', 'setTimeout', 'structuredClone',
  'Audio', 'DOMParser', 'Element', 'FileReader', 'HTMLElement', 'Image', 'ImageData', 'IntersectionObserver', 'MediaRecorder',
  'MutationObserver', 'Node', 'Notification', 'OffscreenCanvas', 'Path2D', 'RTCPeerConnection', 'ResizeObserver',
  'ServiceWorker', 'SharedWorker', 'Worker', 'XMLHttpRequest', 'XMLSerializer', 'alert', 'caches', 'cancelAnimationFrame',
  'close', 'confirm', 'customElements', 'document', 'frames', 'getComputedStyle', 'history', 'indexedDB', 'localStorage',
  'location', 'matchMedia', 'open', 'parent', 'postMessage', 'prompt', 'requestAnimationFrame', 'requestIdleCallback',
  'screen', 'sessionStorage', 'top', 'window',
]
const engines = { node: 'nodejs', deno: 'deno', bun: 'bun', chrome: 'chrome', edge: 'edge', firefox: 'firefox', safari: 'safari' }

const folder = await unpackPackage('@mdn/browser-compat-data', version, integrity)
const data = JSON.parse(readFileSync(`${folder}/data.json`, 'utf8'))

/** Node has a few names, `Worker` among them, as exports of a module only. */
const inModule = /Available as a part of the .* module/
/**
 * What Node has and the table does not know: https://nodejs.org/en/blog/release/v25.0.0 (Web Storage by default) and
 * https://nodejs.org/en/blog/release/v21.0.0 (`navigator`).
 */
const nodeHas = { localStorage: '25.0.0', navigator: '21.0.0', sessionStorage: '25.0.0' }

/** The first version that has it without a flag. */
function firstVersion(support) {
  const statements = (Array.isArray(support) ? support : [support]).filter(
    (each) => each && !each.flags && !each.prefix && !each.version_removed && !inModule.test(String(each.notes)),
  )
  const added = statements.map((each) => each.version_added).find((value) => typeof value === 'string' && value !== 'preview')
  return added === undefined ? null : added.replace('≤', '')
}

const lines = names.map((name) => {
  const { api } = data
  // A constructor under a name of its own (`new Image()`) is listed with the interface that it makes.
  const constructors = { Audio: api.HTMLAudioElement.Audio, Image: api.HTMLImageElement.Image }
  const compat = (data.javascript.builtins[name] ?? constructors[name] ?? api[name] ?? api.Window[name])?.__compat
  if (compat === undefined) throw new Error(`${name}: not in the table`)
  const since = Object.entries(engines).flatMap(([engine, key]) => {
    const first = firstVersion(compat.support[key]) ?? (engine === 'node' ? (nodeHas[name] ?? null) : null)
    return first === null ? [] : [`${engine}: '${first}'`]
  })
  return `  ${name}: { ${since.join(', ')} },`
})
lines.push("  WebAssembly: { node: '8.0.0', deno: '1.0', bun: '1.0.0', chrome: '57', edge: '16', firefox: '52', safari: '11' },")

writeFileSync(
  new URL('../src/targets/data/js-globals.generated.ts', import.meta.url),
  `// Written by scripts/generate-js-globals.mjs. Do not edit.
import type { JsFeature } from './js-features.generated.ts'

export const jsGlobalsSource = '@mdn/browser-compat-data ${version}'
export const jsGlobalsDate = '${date}'

/** First version of each engine that has the global. An engine that is not named does not have it. */
export const jsGlobals: Readonly<Record<string, JsFeature['since']>> = {
${lines.sort().join('\n')}
}
`,
)
