import type { ArtifactReport } from '../../core/report.ts'
import type { TreeRule } from '../../core/tree.ts'

/** Archives that are named. */
const most = 5

/** Jars, wheels, Electron’s applications, packages of distributions and layers of images hold programs and libraries, too. */
export const unopenedArchives: TreeRule = {
  id: 'tree/unopened-archive',
  help: 'An archive inside the tree is counted as one file: the programs, libraries and scripts in it were neither judged nor made smaller.',
  async check({ artifacts }) {
    const archives = artifacts.filter(holdsFiles)
    const found = archives.map(({ path }) => path)
    if (found.length === 0) return []
    const others = archives.some((archive) => !isOpened(archive))
    const rest = found.length > most ? ` and ${found.length - most} more` : ''
    return [
      {
        severity: 'info',
        message: `not looked into: ${found.slice(0, most).join(', ')}${rest}`,
        advice: others
          ? 'Unpack what is to be judged (unzip, tar, dpkg-deb -x), and give the folder. A zip, tar or asar archive is opened when it is given by itself.'
          : 'Give each by itself, and it is opened: `shrink analyze ARCHIVE`.',
        data: { archives: found },
        location: { path: found[0]! },
      },
    ]
  },
}

/** Does `shrink analyze ARCHIVE` open it? A layer is no file system by itself. */
function isOpened({ path, properties }: ArtifactReport): boolean {
  const container = properties['container']
  return container === 'zip' || container === 'tar' || container === 'asar' || /\.(?:tgz|tar\.gz|tzst|tar\.zst)$/.test(path)
}

/** A compressed file is one file, unless its name says that it is a tar archive, or the layer of an image. */
function holdsFiles({ path, format, properties }: ArtifactReport): boolean {
  if (format !== 'archive' || properties['opened'] === true) return false
  const container = properties['container']
  return container === 'zip' || container === 'tar' || container === 'ar' || container === 'asar' || /\.(?:t[gx]z|tzst|tar\.\w+|apk|crate)$|(?:^|\/)blobs\/sha256\/[0-9a-f]{64}$/.test(path)
}
