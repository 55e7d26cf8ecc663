import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'

const gigabyte = 1024 * 1024 * 1024

export const sharedMemoryMaximum: Rule<WasmDetail> = {
  id: 'wasm/shared-memory-maximum',
  help: 'A shared memory cannot move, so engines reserve its maximum at once. Phones and small containers refuse gigabytes of address space.',
  *check({ detail, path }) {
    for (const { shared, maximum, pageSize } of detail.modules.flatMap(({ memories }) => memories)) {
      if (!shared || maximum === undefined || maximum * pageSize <= gigabyte) continue
      yield {
        severity: 'info',
        message: `its shared memory reserves up to ${Math.round((maximum * pageSize) / 1024 / 1024)} MiB of address space when it is made`,
        advice: 'Lower the maximum memory to what the program needs (Emscripten: -sMAXIMUM_MEMORY)',
        data: { maximumBytes: maximum * pageSize },
        location: { path },
      }
    }
  },
}
