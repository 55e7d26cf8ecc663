import { parentPort } from 'node:worker_threads'
import { runBinaryen } from './run-binaryen.ts'

export interface WasmOptRequest {
  readonly input: Uint8Array
  readonly args: readonly string[]
  /** MiB. */
  readonly memory: number
}
export type WasmOptReply = { readonly output: Uint8Array } | { readonly failure: string }

const port = parentPort
if (port === null) throw new Error('wasm-opt-worker.js runs on a worker thread')

/** Bytes that Wasm memories of this thread may have; binaryen's own is the only one. */
let limit = Infinity
let limitReached = false
interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: Memory } } }).WebAssembly
const { grow } = Memory.prototype
Memory.prototype.grow = function growWithinLimit(this: Memory, pages: number): number {
  if (this.buffer.byteLength + pages * 65536 > limit) {
    limitReached = true
    throw new RangeError('memory limit reached')
  }
  return grow.call(this, pages)
}

port.on('message', ({ input, args, memory }: WasmOptRequest) => {
  limit = memory * 2 ** 20
  limitReached = false
  runBinaryen(input, args).then(
    (output) => {
      const own = output.slice()
      port.postMessage({ output: own } satisfies WasmOptReply, [own.buffer])
    },
    (error: unknown) => {
      const failure = error instanceof Error ? error.message : String((error as { message?: unknown }).message ?? error)
      // Emscripten's allocator catches the refusal, tries less, and in the end only says `Aborted()`.
      port.postMessage({ failure: limitReached ? `out of memory (${memory} MiB allowed)` : failure } satisfies WasmOptReply)
    },
  )
})
