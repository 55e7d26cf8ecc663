import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'

export const legacyExceptions: Rule<WasmDetail> = {
  id: 'wasm/legacy-exceptions',
  help: 'try, catch, rethrow and delegate are the version of exception handling that did not become the standard. Browsers and Node keep it; runtimes outside them never had it.',
  *check({ detail, path }) {
    const use = detail.features.find(({ feature }) => feature === 'exceptions')
    if (use === undefined) return
    yield {
      severity: 'info',
      message: `it uses legacy exception handling (${use.count} instructions), which Wasmtime, wazero and other runtimes outside of browsers do not have`,
      advice: 'Where it must run there, name the target (`shrink build --target wasmtime49` translates it); where it must run on Node 20, leave it',
      data: { instructions: use.count },
      location: { path, offset: use.offset },
    }
  },
}
