import type { Producer } from '../read/custom/producers-section.ts'
import type { Export, Import, WasmModule } from '../read/module.ts'

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
  { id: 'js-string-constants', title: 'String constants for the JS string builtins', role: 'glue' },
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

/** Every interface of a module, in the order of the table, WIT interfaces after it, sorted. */
export function findInterfaces(
  module: Pick<WasmModule, 'imports' | 'exports' | 'globals'>,
  producers: readonly Producer[],
): { readonly uses: readonly InterfaceUse[]; readonly unclaimed: readonly Import[] } {
  const claimed = new Map<string, Import[]>()
  const wit = new Map<string, Import[]>()
  const rest: Import[] = []
  const knownModules = new Map<string, InterfaceInfo | undefined>()
  for (const entry of module.imports) {
    const info = claim(entry, knownModules)
    if (info !== undefined) append(claimed, info.id, entry)
    else if (witName.test(entry.module)) append(wit, entry.module, entry)
    else rest.push(entry)
  }
  const unclaimed = claimWhatIsLeft(rest, claimed, module)
  const uses = [...tableUses(claimed, module.exports, producers), ...witUses(wit)]
  return { uses, unclaimed }
}

function tableUses(
  claimed: ReadonlyMap<string, readonly Import[]>,
  exports: readonly Export[],
  producers: readonly Producer[],
): InterfaceUse[] {
  const uses: InterfaceUse[] = []
  for (const info of interfaces) {
    const imports = claimed.get(info.id) ?? []
    const producer = producers.find(({ name }) => info.producer?.test(name))
    const exported = imports.length > 0 ? undefined : exports.find(({ name }) => info.exports?.test(name))
    if (imports.length === 0 && producer === undefined && exported === undefined) continue
    uses.push({
      id: info.id,
      title: info.title,
      role: info.role,
      ...(producer === undefined ? {} : { version: producer.version.split(' ')[0]! }),
      imports,
      evidence:
        imports[0] !== undefined
          ? `import ${imports[0].module}.${imports[0].name}`
          : producer !== undefined
            ? `producers: ${producer.name} ${producer.version}`
            : `export ${exported!.name}`,
    })
  }
  return uses
}

function witUses(wit: ReadonlyMap<string, readonly Import[]>): InterfaceUse[] {
  return [...wit.keys()].sort().map((name) => {
    const [, id, version] = witName.exec(name)!
    const imports = wit.get(name)!
    return {
      id: id!,
      title: id!,
      role: 'host' as const,
      ...(version === undefined ? {} : { version }),
      imports,
      evidence: `import ${name} ${imports[0]!.name}`,
    }
  })
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

/**
 * Imports that only make sense together with what was found already. Returns the others.
 *
 * - Emscripten at -O2 and above: one module of one letter, fields of one to three, and exports as short.
 * - Emscripten's `env` has the library, libc and the program's own JavaScript functions side by side, and its glue
 *   answers the WASI calls too.
 * - String constants of the JS string builtins: immutable references from a module whose name the toolchain chose.
 */
function claimWhatIsLeft(
  rest: readonly Import[],
  claimed: Map<string, Import[]>,
  { exports, globals }: Pick<WasmModule, 'exports' | 'globals'>,
): readonly Import[] {
  const shortExports = exports.filter(({ name }) => name.length <= 3).length
  const minified = shortExports * 2 >= exports.length
  const builtins = claimed.has('js-string-builtins')
  const left: Import[] = []
  for (const entry of rest) {
    if (minified && /^[a-z]$/.test(entry.module) && /^[A-Za-z_$][\w$]{0,2}$/.test(entry.name)) append(claimed, 'emscripten', entry)
    else if (builtins && entry.kind === 'global' && !globals[entry.index]!.mutable) append(claimed, 'js-string-constants', entry)
    else left.push(entry)
  }
  const dynamic = claimed.has('emscripten-dynamic')
  if (!claimed.has('emscripten') && !dynamic) return left
  const owner = claimed.has('emscripten') ? 'emscripten' : 'emscripten-dynamic'
  for (const call of claimed.get('wasi-preview1') ?? []) append(claimed, owner, call)
  claimed.delete('wasi-preview1')
  for (const entry of left) if (entry.module === 'env') append(claimed, owner, entry)
  return left.filter(({ module }) => module !== 'env')
}

function append(map: Map<string, Import[]>, key: string, entry: Import): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [entry])
  else list.push(entry)
}
