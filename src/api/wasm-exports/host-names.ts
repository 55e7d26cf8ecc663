/**
 * Methods that engines and hosts call by themselves on objects that programs hand them: nothing in a program need
 * mention them (ECMA-262; Web IDL callback interfaces; streams; custom elements; worklets; Node streams; Workers).
 */
const hostCalled = `
toString valueOf toJSON then next return throw
apply construct defineProperty deleteProperty get getOwnPropertyDescriptor getPrototypeOf has isExtensible ownKeys
preventExtensions set setPrototypeOf
handleEvent acceptNode lookupNamespaceURI log dir
connectedCallback disconnectedCallback adoptedCallback connectedMoveCallback attributeChangedCallback
formAssociatedCallback formDisabledCallback formResetCallback formStateRestoreCallback
start pull cancel write close abort transform flush size
process paint layout intrinsicSizes
_read _write _writev _final _destroy _transform _flush _construct inspect
fetch scheduled queue email tail trace alarm webSocketMessage webSocketClose webSocketError
`

/** Free names that are the host's: what a program hands them, no other script gets. */
const hostGlobals = `
undefined NaN Infinity globalThis arguments window self frames top parent
Object Function Array String Number Boolean Symbol BigInt Math JSON Reflect Proxy Promise Date RegExp Intl Atomics Iterator
Map Set WeakMap WeakSet WeakRef FinalizationRegistry
Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError
ArrayBuffer SharedArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array
Uint32Array Float16Array Float32Array Float64Array BigInt64Array BigUint64Array WebAssembly
parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent escape unescape
console setTimeout clearTimeout setInterval clearInterval setImmediate clearImmediate queueMicrotask structuredClone
requestAnimationFrame cancelAnimationFrame requestIdleCallback cancelIdleCallback performance crypto navigator location
fetch Request Response Headers FormData Blob File FileReader URL URLSearchParams AbortController AbortSignal
Event EventTarget CustomEvent MessageEvent MessageChannel MessagePort DOMException TextEncoder TextDecoder
TextEncoderStream TextDecoderStream ReadableStream WritableStream TransformStream CompressionStream DecompressionStream
atob btoa alert confirm prompt document Image ImageData ImageBitmap createImageBitmap OffscreenCanvas
HTMLElement HTMLCanvasElement HTMLImageElement HTMLVideoElement Element Node Window CanvasRenderingContext2D Path2D
XMLHttpRequest WebSocket ResizeObserver IntersectionObserver MutationObserver localStorage sessionStorage indexedDB
msCrypto AudioContext Worker SharedWorker importScripts postMessage addEventListener removeEventListener onmessage
process Buffer global require __dirname __filename Deno Bun
`

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

export const calledByHosts: ReadonlySet<string> = words(hostCalled)
export const globalsOfHosts: ReadonlySet<string> = words(hostGlobals)
