import type { ArtifactReport } from '../../core/report.ts'
import type { TreeRule } from '../../core/tree.ts'

/** Archives that are named. */
const most = 5

/** Jars, wheels, Electron’s applications, packages of distributions and layers of images hold programs and libraries, too. */
export const unopenedArchives: TreeRule = {
  id: 'tree/unopened-archive',
  help: 'An archive inside the tree is counted as one file: the programs, libraries and scripts in it were neither judged nor made smaller.',
  async check({ artifacts }) {
    const found = artifacts.filter(holdsFiles).map(({ path }) => path)
    if (found.length === 0) return []
    const rest = found.length > most ? ` and ${found.length - most} more` : ''
    return [
      {
        severity: 'info',
        message: `not looked into: ${found.slice(0, most).join(', ')}${rest}`,
        advice: 'Unpack what is to be judged (unzip, tar, dpkg-deb -x, asar extract), and give the folder.',
        data: { archives: found },
        location: { path: found[0]! },
      },
    ]
  },
}

/** A compressed file is one file, unless its name says that it is a tar archive, or the layer of an image. */
function holdsFiles({ path, format, properties }: ArtifactReport): boolean {
  if (format !== 'archive') return false
  const container = properties['container']
  return container === 'zip' || container === 'tar' || container === 'ar' || container === 'asar' || /\.(?:t[gx]z|tzst|tar\.\w+|apk|crate)$|(?:^|\/)blobs\/sha256\/[0-9a-f]{64}$/.test(path)
}
