import { join } from 'node:path'
import { ConfigError } from '../core/errors.ts'
import { architectureWords } from '../core/platform-name.ts'
import { exists } from './project.ts'
import type { Selection } from './selection.ts'

/**
 * Programs that the configuration places: `{ "bin/tool": "vendor/tool-{arch}" }` puts the build for the target at
 * `bin/tool` of the output. `{arch}` stands for any name of the machine (arm64, aarch64, …), `{libc}` for glibc or musl.
 *
 * @param folder absolute folder that the places are relative to
 * @param prefix project-relative path of the output's root, '' or ending in `/`
 */
export async function placePrograms(
  programs: Readonly<Record<string, string>>,
  folder: string,
  prefix: string,
  selection: Selection,
): Promise<void> {
  const { architecture, nodeArch, libc } = selection.platform
  for (const [place, pattern] of Object.entries(programs).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (place.startsWith('/') || place.split('/').includes('..')) {
      throw new ConfigError(`package.programs: \`${place}\` is not a path inside the output`)
    }
    const candidates = (architectureWords[architecture] ?? [nodeArch]).map((word) =>
      join(folder, pattern.replaceAll('{arch}', word).replaceAll('{libc}', libc)),
    )
    let found: string | undefined
    for (const candidate of candidates) if (found === undefined && (await exists(candidate))) found = candidate
    if (found === undefined) {
      throw new ConfigError(
        `package.programs: there is no \`${pattern.replaceAll('{arch}', nodeArch).replaceAll('{libc}', libc)}\``,
        `Put the ${selection.platform.architecture} build there, or change the entry of ${place}.`,
      )
    }
    selection.files.set(prefix + place, found)
  }
}
