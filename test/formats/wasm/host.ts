interface HostWebAssembly {
  validate(bytes: Uint8Array): boolean
}

/** The engine that runs the tests: a reader that is not ours. (The DOM types are not loaded.) */
export const host: HostWebAssembly = (globalThis as unknown as { WebAssembly: HostWebAssembly }).WebAssembly
