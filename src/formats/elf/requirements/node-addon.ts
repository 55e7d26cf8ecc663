import type { Requirement } from '../../../core/requirement.ts'
import { EM, SHN } from '../constants.ts'
import type { ElfTables } from '../tables.ts'
import { offsetOf } from '../read/address-space.ts'

/** What makes a shared object an addon of Node. */
export interface NodeAddon {
  /** Lowest Node-API version that has every function the addon imports; undefined for V8's own C++ interface. */
  readonly nodeApi: number | undefined
  /** The imported function (or declaration) that asks for that version. */
  readonly witness: string
  /** Registered through node_module_register or node_register_module_v<N>: bound to one Node major. */
  readonly moduleVersion: string | undefined
  readonly usesNodeModuleRegister: boolean
}

/**
 * Functions by the Node-API version that made them stable (Node.js documentation, "Node-API version matrix").
 * What is not listed here is version 1.
 */
const functionVersions: Readonly<Record<string, number>> = {
  napi_get_uv_event_loop: 2,
  napi_add_env_cleanup_hook: 3,
  napi_remove_env_cleanup_hook: 3,
  napi_fatal_exception: 3,
  napi_open_callback_scope: 3,
  napi_close_callback_scope: 3,
  napi_create_threadsafe_function: 4,
  napi_get_threadsafe_function_context: 4,
  napi_call_threadsafe_function: 4,
  napi_acquire_threadsafe_function: 4,
  napi_release_threadsafe_function: 4,
  napi_unref_threadsafe_function: 4,
  napi_ref_threadsafe_function: 4,
  napi_create_date: 5,
  napi_is_date: 5,
  napi_get_date_value: 5,
  napi_add_finalizer: 5,
  napi_create_bigint_int64: 6,
  napi_create_bigint_uint64: 6,
  napi_create_bigint_words: 6,
  napi_get_value_bigint_int64: 6,
  napi_get_value_bigint_uint64: 6,
  napi_get_value_bigint_words: 6,
  napi_get_all_property_names: 6,
  napi_set_instance_data: 6,
  napi_get_instance_data: 6,
  napi_detach_arraybuffer: 7,
  napi_is_detached_arraybuffer: 7,
  napi_add_async_cleanup_hook: 8,
  napi_remove_async_cleanup_hook: 8,
  napi_type_tag_object: 8,
  napi_check_object_type_tag: 8,
  napi_object_freeze: 8,
  napi_object_seal: 8,
  node_api_symbol_for: 9,
  node_api_create_syntax_error: 9,
  node_api_throw_syntax_error: 9,
  node_api_get_module_file_name: 9,
  node_api_create_external_string_latin1: 10,
  node_api_create_external_string_utf16: 10,
  node_api_create_property_key_latin1: 10,
  node_api_create_property_key_utf8: 10,
  node_api_create_property_key_utf16: 10,
  node_api_create_buffer_from_arraybuffer: 10,
}

/** Is the file an addon, and what does it ask of Node? */
export function nodeAddonOf(tables: ElfTables): NodeAddon | undefined {
  const { symbols } = tables
  if (symbols === undefined) return undefined
  let nodeApi: number | undefined
  let witness = ''
  let moduleVersion: string | undefined
  let usesNodeModuleRegister = false
  for (let i = 1; i < symbols.count; i++) {
    const name = symbols.name(i)
    const defined = symbols.section(i) !== SHN.UNDEF
    const declared = /^node_register_module_v(\d+)$/.exec(name)?.[1]
    if (defined && declared !== undefined) moduleVersion = declared
    if (!defined && name === 'node_module_register') usesNodeModuleRegister = true
    const version = defined ? definedVersion(tables, i, name) : importedVersion(name)
    if (version !== undefined && version > (nodeApi ?? 0)) {
      nodeApi = version
      witness = name
    }
  }
  if (nodeApi === undefined && moduleVersion === undefined && !usesNodeModuleRegister) return undefined
  return { nodeApi, witness, moduleVersion, usesNodeModuleRegister }
}

function importedVersion(name: string): number | undefined {
  if (!name.startsWith('napi_') && !name.startsWith('node_api_')) return undefined
  return functionVersions[name] ?? 1
}

/** The entry points of an addon; one of them returns the version that the addon was compiled for. */
function definedVersion(tables: ElfTables, symbol: number, name: string): number | undefined {
  if (name === 'napi_register_module_v1') return 1
  if (name !== 'node_api_module_get_api_version_v1') return undefined
  const version = returnedConstant(tables, symbol)
  // Versions far above the last are NAPI_EXPERIMENTAL (0x7fffffff): they bind to one Node, not to a number.
  return version !== undefined && version > 0 && version < 1000 ? version : undefined
}

/** The constant that a function of the shape `return 8` returns, where its instructions say so plainly. */
function returnedConstant({ file, symbols }: ElfTables, symbol: number): number | undefined {
  const offset = offsetOf(file, BigInt(symbols!.value(symbol)), 8)
  if (offset === undefined) return undefined
  const code = file.bytes.subarray(offset, offset + 24)
  if (file.header.e_machine === EM.X86_64) {
    const at = [...code].indexOf(0xb8) // mov eax, imm32
    return at >= 0 && at <= 8 && at + 5 <= code.length ? new DataView(code.buffer, code.byteOffset + at + 1, 4).getUint32(0, true) : undefined
  }
  if (file.header.e_machine === EM.AARCH64) {
    for (let at = 0; at + 4 <= code.length; at += 4) {
      const word = new DataView(code.buffer, code.byteOffset + at, 4).getUint32(0, true)
      if ((word & 0xffe0001f) >>> 0 === 0x52800000) return (word >>> 5) & 0xffff // movz w0, imm16
    }
  }
  return undefined
}

/** Node-API, or the module version, that an addon asks for. */
export function nodeAddonRequirements(tables: ElfTables): Requirement[] {
  const addon = nodeAddonOf(tables)
  if (addon === undefined) return []
  if (addon.nodeApi !== undefined) {
    const text = `${addon.witness} (Node-API ${addon.nodeApi})`
    return [{ kind: 'node-api', name: 'node-api', version: String(addon.nodeApi), need: 'required', evidence: [{ text }] }]
  }
  const text = addon.moduleVersion === undefined ? 'imports node_module_register' : `exports node_register_module_v${addon.moduleVersion}`
  return [
    {
      kind: 'node-abi',
      name: 'node-module-version',
      ...(addon.moduleVersion === undefined ? {} : { version: addon.moduleVersion }),
      need: 'required',
      evidence: [{ text }],
    },
  ]
}
