/** What a global name tells about where code can run. */
export interface HostGlobal {
  /** Where it comes from: part of the language, of the Web platform that servers share, of browsers, of Node, … */
  readonly origin: 'ecmascript' | 'web' | 'browser' | 'node' | 'commonjs' | 'deno' | 'bun' | 'workers'
  /** First Node version that has it unflagged. Left out: every supported one, or none. */
  readonly node?: string
}

/** Global names that are not everywhere. What ES2015 has is left out. */
export const hostGlobals: ReadonlyMap<string, HostGlobal> = new Map<string, HostGlobal>([
  ...own('commonjs', ['require', 'module', 'exports', '__dirname', '__filename']),
  ...own('node', ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate']),
  ...own('browser', [
    'window', 'document', 'location', 'history', 'screen', 'frames', 'parent', 'top', 'alert', 'confirm', 'prompt',
    'localStorage', 'sessionStorage', 'indexedDB', 'XMLHttpRequest', 'HTMLElement', 'Element', 'Node', 'Image',
    'Audio', 'FileReader', 'MutationObserver', 'IntersectionObserver', 'ResizeObserver', 'requestAnimationFrame',
    'cancelAnimationFrame', 'getComputedStyle', 'matchMedia', 'customElements', 'DOMParser', 'XMLSerializer',
    'MediaRecorder', 'RTCPeerConnection', 'Notification', 'importScripts', 'SharedWorker', 'ServiceWorker',
    'OffscreenCanvas', 'ImageData', 'Path2D', 'requestIdleCallback', 'Worker', 'postMessage', 'close', 'open',
  ]),
  ...own('web', ['self', 'console', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval']),
  ...own('deno', ['Deno']),
  ...own('bun', ['Bun']),
  ...own('workers', ['caches', 'HTMLRewriter', 'WebSocketPair']),
  ...since('ecmascript', {
    globalThis: '12.0', BigInt: '10.4', BigInt64Array: '10.4', BigUint64Array: '10.4', SharedArrayBuffer: '8.10',
    Atomics: '8.10', WeakRef: '14.6', FinalizationRegistry: '14.6', AggregateError: '15.0', Iterator: '22.0',
    SuppressedError: '24.0', DisposableStack: '24.0', AsyncDisposableStack: '24.0', Float16Array: '24.0',
  }),
  ...since('web', {
    URL: '10.0', URLSearchParams: '10.0', TextEncoder: '11.0', TextDecoder: '11.0', queueMicrotask: '11.0',
    WebAssembly: '8.0', AbortController: '15.0', AbortSignal: '15.0', Event: '15.0', EventTarget: '15.0',
    MessageChannel: '15.0', MessagePort: '15.0', MessageEvent: '15.0', performance: '16.0', btoa: '16.0', atob: '16.0',
    structuredClone: '17.0', DOMException: '17.0', fetch: '18.0', Request: '18.0', Response: '18.0', Headers: '18.0',
    FormData: '18.0', Blob: '18.0', BroadcastChannel: '18.0', ReadableStream: '18.0', WritableStream: '18.0',
    TransformStream: '18.0', TextEncoderStream: '18.0', TextDecoderStream: '18.0', CompressionStream: '18.0',
    DecompressionStream: '18.0', crypto: '19.0', CryptoKey: '19.0', CustomEvent: '19.0', File: '20.0',
    navigator: '21.0', WebSocket: '22.0', CloseEvent: '23.0', URLPattern: '24.0',
  }),
])

function own(origin: HostGlobal['origin'], names: readonly string[]): [string, HostGlobal][] {
  return names.map((name) => [name, { origin }])
}

function since(origin: HostGlobal['origin'], versions: Readonly<Record<string, string>>): [string, HostGlobal][] {
  return Object.entries(versions).map(([name, node]) => [name, { origin, node }])
}
