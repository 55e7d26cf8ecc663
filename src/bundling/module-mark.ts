/**
 * How an import of a WebAssembly module that stays one is written until it is known where the chunk and the module lie.
 * Workers and edge functions get a `WebAssembly.Module` from it, and allow no other way to come by one.
 */
export const mark = 'wasm-module:'

/** What such an import ends in: `?module` is the same where a bundler of the platform looks for it (Vercel). */
export const moduleFile: RegExp = /\.wasm(?:\?module)?$/

export function markModuleImport(path: string, specifier: string): string {
  return `${mark}${path}${specifier.endsWith('?module') ? '?module' : ''}`
}
