// webpack has no TypeScript of its own: this loader takes the types out with esbuild.
import { fileURLToPath } from 'node:url'

export const typescriptLoader = fileURLToPath(new URL('./js-bundle-webpack-loader.mjs', import.meta.url))

export default async function (source) {
  const { transform } = await import('esbuild')
  return (await transform(source, { loader: 'ts' })).code
}
