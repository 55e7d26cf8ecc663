import type { Producer } from '../read/custom/producers-section.ts'
import type { Export, Import } from '../read/module.ts'

/**
 * Who answers a module's imports.
 *
 * - `host`: the runtime itself; every call is a requirement of its own.
 * - `glue`: JavaScript that the toolchain generated beside the module; a requirement of that glue as a whole.
 */
export type InterfaceRole = 'host' | 'glue'

export interface InterfaceInfo {
  /** `wasm-interface` requirements and targets name it so. */
  readonly id: string
  readonly title: string
  readonly role: InterfaceRole
  /** Import modules that belong to it. */
  readonly modules?: RegExp
  /** Fields of an import module that many share (`env`). */
  readonly fields?: { readonly module: RegExp; readonly field: RegExp }
  /** Exports that only its modules have. */
  readonly exports?: RegExp
  /** Name in the `producers` section. */
  readonly producer?: RegExp
}

/**
 * Interfaces by what their modules import, export and say of their producers. The first that claims an import keeps
 * it. Sources: WASI witx and wit repositories, toolchain outputs of the corpus, documentation of the platforms.
 */
export const interfaces: readonly InterfaceInfo[] = [
  { id: 'wasi-preview1', title: 'WASI preview 1', role: 'host', modules: /^wasi_snapshot_preview1$/ },
  { id: 'wasi-preview0', title: 'WASI preview 0', role: 'host', modules: /^wasi_unstable$/ },
  { id: 'wasi-threads', title: 'wasi-threads', role: 'host', fields: { module: /^wasi$/, field: /^thread-spawn$/ } },
  { id: 'wasix', title: 'WASIX', role: 'host', modules: /^wasix_(32|64)v1$/ },
  { id: 'wasi-nn', title: 'wasi-nn', role: 'host', modules: /^wasi_ephemeral_nn$|^wasi:nn\// },
  { id: 'wasi-crypto', title: 'wasi-crypto', role: 'host', modules: /^wasi_ephemeral_crypto/ },
  { id: 'wasi-sockets-wasmedge', title: 'WasmEdge extensions', role: 'host', modules: /^(wasmedge_|wasi_ephemeral_)/ },
  { id: 'spin', title: 'Spin', role: 'host', modules: /^(fermyon:spin|spin:|spin-|outbound-redis|outbound-pg|outbound-mysql|wasi-outbound-http|key-value$|sqlite$|llm$)/ },
  { id: 'fastly', title: 'Fastly Compute', role: 'host', modules: /^(fastly_|fastly:)/ },
  { id: 'proxy-wasm', title: 'Proxy-Wasm', role: 'host', fields: { module: /^env$/, field: /^proxy_(log|get_(buffer|header|property|current|shared|status|configuration)|set_(buffer|header|property|shared|tick|effective)|(add|remove|replace)_header|(http|grpc)_(call|cancel|close|send|stream)|send_local|(continue|close)_stream|(define|increment|record|get)_metric|(register|resolve|dequeue|enqueue)_)/ } },
  { id: 'extism', title: 'Extism', role: 'host', modules: /^extism:/ },
  { id: 'shopify-function', title: 'Shopify Functions', role: 'host', modules: /^shopify_function_v\d/ },
  { id: 'internet-computer', title: 'Internet Computer', role: 'host', modules: /^ic0$/ },
  { id: 'wasmcloud', title: 'wasmCloud', role: 'host', modules: /^(wasmcloud|wasmbus|wapc)/ },
  { id: 'js-string-builtins', title: 'JS string builtins', role: 'host', modules: /^wasm:/ },
  { id: 'emnapi', title: 'Node-API for WebAssembly (emnapi, napi-rs)', role: 'glue', modules: /^(napi|emnapi)$/, fields: { module: /^env$/, field: /^_?(napi_|node_api_|emnapi_|_emnapi_)/ }, exports: /^napi_register_(wasm|module)_v\d/ },
  { id: 'wasm-bindgen', title: 'wasm-bindgen', role: 'glue', modules: /^(wbg|__wbindgen_placeholder__|__wbindgen_externref_xform__)$|_bg\.js$/, exports: /^__wbindgen_(malloc|free|start|add_to_stack_pointer)$/, producer: /^wasm-bindgen$/ },
  { id: 'go-js', title: 'Go for js/wasm', role: 'glue', modules: /^(gojs|go)$/ },
  { id: 'emscripten-dynamic', title: 'Emscripten dynamic linking', role: 'glue', modules: /^GOT\.(func|mem)$/, fields: { module: /^env$/, field: /^(__memory_base|__table_base|_dlopen_js|_dlsym_js|_emscripten_dlopen_js|__dlopen_js)$/ } },
  { id: 'emscripten', title: 'Emscripten', role: 'glue', modules: /^(asm2wasm|global\.Math)$/, fields: { module: /^env$/, field: /^_?(emscripten_|_?_?embind_|__syscall|_emval_|invoke_|__cxa_|_abort_js|abortStackOverflow|_emscripten)|^(___|_emscripten)/ }, exports: /^(_?emscripten_stack_|stackAlloc$|stackSave$|dynCall_)/ },
  { id: 'dart', title: 'Dart (dart2wasm)', role: 'glue', modules: /^dart2wasm$/ },
  { id: 'kotlin', title: 'Kotlin/Wasm', role: 'glue', modules: /^js_code$/ },
  { id: 'javascript-kit', title: 'Swift JavaScriptKit', role: 'glue', modules: /^(javascript_kit|bjs)$/ },
  { id: 'teavm', title: 'TeaVM', role: 'glue', modules: /^teavm/ },
  { id: 'blazor', title: '.NET', role: 'glue', fields: { module: /^env$/, field: /^(mono_|dotnet_)/ } },
  { id: 'assemblyscript', title: 'AssemblyScript', role: 'glue', exports: /^(__pin|__rtti_base|__newBuffer|__allocArray)$/ },
  { id: 'tinygo', title: 'TinyGo', role: 'glue', fields: { module: /^(env|gojs)$/, field: /^(runtime\.(ticks|sleepTicks)|syscall\/js\.)/ }, producer: /^TinyGo$/ },
  { id: 'wit-bindgen-0', title: 'wit-bindgen before the component model', role: 'glue', modules: /^(canonical_abi|rb-js-abi-host)$/ },
]

/** A versioned interface of the component model: `wasi:http/types@0.2.0`. */
export const witName: RegExp = /^([a-z][a-z0-9-]*:[a-z0-9/_-]+?(?:\/[a-z0-9_-]+)*)(?:@(\d+\.\d+\.\d+[\w.+-]*))?$/

/** An interface that a module was found to use. */
export interface InterfaceUse {
  readonly id: string
  readonly title: string
  readonly role: InterfaceRole
  readonly version?: string
  /** The imports that belong to it; empty when it shows in exports or producers only. */
  readonly imports: readonly Import[]
  /** What it was known by. */
  readonly evidence: string
}

/** Import modules whose names a minifier shortened: Emscripten at -O2 and above. */
const minified = /^[a-z]$/

/** Every interface of a module, in the order of the table, WIT interfaces after it, sorted. */
export function findInterfaces(
  imports: readonly Import[],
  exports: readonly Export[],
  producers: readonly Producer[],
): { readonly uses: readonly InterfaceUse[]; readonly unclaimed: readonly Import[] } {
  const claimed = new Map<string, Import[]>()
  const versions = new Map<string, { id: string; version?: string; imports: Import[] }>()
  const rest: Import[] = []
  const knownModules = new Map<string, InterfaceInfo | undefined>()
  for (const entry of imports) {
    const info = claim(entry, knownModules)
    if (info !== undefined) append(claimed, info.id, entry)
    else if (!claimByWit(entry, versions)) rest.push(entry)
  }
  const uses: InterfaceUse[] = []
  for (const info of interfaces) {
    const own = claimed.get(info.id) ?? []
    const producer = producers.find(({ name }) => info.producer?.test(name))
    const exported = own.length > 0 ? undefined : exports.find(({ name }) => info.exports?.test(name))
    if (own.length === 0 && producer === undefined && exported === undefined) continue
    uses.push({
      id: info.id,
      title: info.title,
      role: info.role,
      ...(producer === undefined ? {} : { version: producer.version }),
      imports: own,
      evidence:
        own[0] !== undefined
          ? `import ${own[0].module}.${own[0].name}`
          : producer !== undefined
            ? `producers: ${producer.name} ${producer.version}`
            : `export ${exported!.name}`,
    })
  }
  const unclaimed = takeMinifiedEmscripten(rest, uses, exports)
  for (const key of [...versions.keys()].sort()) {
    const { id, version, imports } = versions.get(key)!
    const first = imports[0]!
    uses.push({ id, title: id, role: 'host', ...(version === undefined ? {} : { version }), imports, evidence: `import ${first.module} ${first.name}` })
  }
  return { uses, unclaimed }
}

function claim(entry: Import, knownModules: Map<string, InterfaceInfo | undefined>): InterfaceInfo | undefined {
  if (!knownModules.has(entry.module)) {
    knownModules.set(entry.module, interfaces.find(({ modules }) => modules?.test(entry.module)))
  }
  return (
    knownModules.get(entry.module) ??
    interfaces.find(({ fields }) => fields !== undefined && fields.module.test(entry.module) && fields.field.test(entry.name))
  )
}

function claimByWit(entry: Import, versions: Map<string, { id: string; version?: string; imports: Import[] }>): boolean {
  const match = witName.exec(entry.module)
  if (match === null) return false
  const known = versions.get(entry.module)
  if (known === undefined) {
    versions.set(entry.module, { id: match[1]!, ...(match[2] === undefined ? {} : { version: match[2] }), imports: [entry] })
  } else {
    known.imports.push(entry)
  }
  return true
}

/** One import module of one letter, all of its fields one to three letters: nobody else writes that. */
function takeMinifiedEmscripten(rest: readonly Import[], uses: InterfaceUse[], exports: readonly Export[]): readonly Import[] {
  const own = rest.filter(({ module, name }) => minified.test(module) && /^[A-Za-z_$][\w$]{0,2}$/.test(name))
  const shortExports = exports.filter(({ name }) => name.length <= 3).length
  if (own.length === 0 || shortExports * 2 < exports.length || uses.some(({ id }) => id === 'emscripten')) return rest
  uses.push({ id: 'emscripten', title: 'Emscripten', role: 'glue', imports: own, evidence: `minified imports of module ${JSON.stringify(own[0]!.module)}` })
  return rest.filter((entry) => !own.includes(entry))
}

function append(map: Map<string, Import[]>, key: string, entry: Import): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [entry])
  else list.push(entry)
}
