import type { TreeRule } from '../../core/tree.ts'
import { nodeArchitectureName } from '../../targets/index.ts'
import { nativePackagesOf, packageText } from '../addons/native-package.ts'

/** Folders that promise one machine and hold another's code: tree-sitter 0.22.1 has x86-64 under linux-arm64. */
export const mislabelledBuilds: TreeRule = {
  id: 'tree/mislabelled-build',
  ofParts: true,
  help: 'The name of a file or folder says one platform and the file’s header another. The package installs without a warning, and fails when it is loaded there.',
  async check(tree, context) {
    const packages = await nativePackagesOf(tree, context)
    return packages.flatMap(({ owner, builds }) =>
      builds
        .filter((build) => build.mislabelled !== undefined)
        .map((build) => {
          const is = [
            ...(build.os === undefined || build.os === 'linux' ? [] : [build.os]),
            ...build.architectures.map(nodeArchitectureName),
            ...(build.libc === undefined ? [] : [build.libc]),
          ].join(' ')
          return {
            severity: 'warning' as const,
            message: `${packageText(owner)}: ${build.path.slice(build.path.lastIndexOf('/', build.path.lastIndexOf('/') - 1) + 1)} is ${is} code by its header, its name says ${build.mislabelled}`,
            advice: `On ${build.mislabelled} it fails to load. Use another version of ${owner.name || 'it'}, or compile it there (npm rebuild --build-from-source).`,
            data: {
              package: owner.name,
              version: owner.version,
              claimed: build.mislabelled ?? '',
              architecture: build.architectures[0] ?? null,
              libc: build.libc ?? null,
            },
            location: { path: build.path },
            wastedBytes: build.bytes,
          }
        }),
    )
  },
}
