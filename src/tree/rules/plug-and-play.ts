import type { TreeRule } from '../../core/tree.ts'

/** Yarn's Plug'n'Play: packages stay in archives, and native code is unpacked somewhere else when it is first loaded. */
export const plugAndPlay: TreeRule = {
  id: 'tree/plug-and-play',
  help: 'With Yarn Plug’n’Play there is no node_modules: packages are zip archives in a cache, so that what they carry cannot be judged or deployed from the tree.',
  async check(tree) {
    const loader = tree.files.find(({ path }) => /(?:^|\/)\.pnp\.c?js$/.test(path))
    if (loader === undefined) return []
    return [
      {
        severity: 'warning',
        message:
          'packages are installed with Yarn Plug’n’Play, which is not supported: what is in them was not looked at',
        advice:
          'Set `nodeLinker: node-modules` in .yarnrc.yml and run `yarn install`, or bundle the application first with a bundler that reads its archives (esbuild, webpack).',
        location: { path: loader.path },
      },
    ]
  },
}
