export interface DiagnosticInfo {
  readonly title: string
  /** What it means and what to do, for `--help`-like texts and the documentation. */
  readonly help: string
}

/** Every code a diagnostic can carry. Codes are stable: scripts match on them. */
export type DiagnosticCode =
  | 'input/not-found'
  | 'input/empty'
  | 'input/unreadable'
  | 'input/changed'
  | 'input/symlink-outside'
  | 'input/symlink-broken'
  | 'input/not-a-file'
  | 'input/archive'
  | 'input/archive-limit'
  | 'input/archive-path'
  | 'artifact/malformed'
  | 'artifact/unsupported'
  | 'artifact/limit'
  | 'artifact/syntax'
  | 'artifact/wrong-architecture'
  | 'transform/discarded'
  | 'transform/failed'
  | 'transform/skipped'
  | 'output/write-failed'
  | 'output/load-time'
  | 'bundle/failed'
  | 'bundle/warning'
  | 'bundle/assumption'
  | 'bundle/native'
  | 'bundle/removed'
  | 'bundle/file-beside'
  | 'job/failed'
  | 'package/entry'
  | 'package/empty'
  | 'package/base'
  | 'native/unavailable'
  | 'native/layout'
  | 'native/lockfile'
  | 'native/integrity'
  | 'native/registry'
  | 'native/offline'
  | 'native/replaced'
  | 'native/left-out'
  | 'target/not-judged'
  | 'verify/failed'
  | 'verify/skipped'

export const diagnosticCodes: Readonly<Record<DiagnosticCode, DiagnosticInfo>> = {
  'input/not-found': {
    title: 'Path not found',
    help: 'The path given does not exist. Check the spelling and the working directory.',
  },
  'input/empty': { title: 'Nothing to do', help: 'The folder or archive holds no files.' },
  'input/unreadable': {
    title: 'File cannot be read',
    help: 'The operating system refused to open or read the file. Check its permissions. Other files were processed.',
  },
  'input/changed': {
    title: 'File changed while it was read',
    help: 'Another process writes to the file. Run again when the build that writes it has ended.',
  },
  'input/symlink-outside': {
    title: 'Symbolic link leaves the tree',
    help: 'Links are kept when they point inside the tree. This one is left out; copy its target into the tree if it is needed.',
  },
  'input/symlink-broken': {
    title: 'Symbolic link leads nowhere',
    help: 'The target of the link does not exist, or the links form a loop.',
  },
  'input/not-a-file': {
    title: 'Not a regular file',
    help: 'Sockets, pipes and devices are left out.',
  },
  'input/archive': { title: 'Archive cannot be read', help: 'The zip or tar file is damaged, or is not one.' },
  'input/archive-limit': {
    title: 'Archive exceeds a limit',
    help: 'Unpacking is bounded so that a small archive cannot fill the disk. Unpack it yourself and give the folder.',
  },
  'input/archive-path': {
    title: 'Archive entry leaves the archive',
    help: 'Entries with absolute paths or `..` are left out.',
  },
  'artifact/malformed': {
    title: 'Malformed artifact',
    help: 'The file says it is of a format but breaks that format’s rules at the place given. It is left as it is.',
  },
  'artifact/unsupported': {
    title: 'Not supported',
    help: 'The file is well formed, but holds something this version cannot handle safely. It is left as it is.',
  },
  'artifact/limit': {
    title: 'Limit exceeded',
    help: 'Reading the file would take more memory or time than its size can justify.',
  },
  'artifact/syntax': { title: 'Syntax error', help: 'The JavaScript file does not parse. It is left as it is.' },
  'artifact/wrong-architecture': {
    title: 'Built for another architecture',
    help: 'The binary cannot run on the architecture asked for, and the tree holds no build of it that can.',
  },
  'transform/discarded': {
    title: 'Result thrown away',
    help: 'The transform’s result was not smaller, or did not verify. The input is used as it was.',
  },
  'transform/failed': {
    title: 'Transform failed',
    help: 'The optimizer could not process the artifact. The input is used as it was.',
  },
  'transform/skipped': {
    title: 'Transform skipped',
    help: 'The transform would not have been safe or worth its time on this artifact.',
  },
  'output/write-failed': {
    title: 'Output cannot be written',
    help: 'Check permissions and free space. What was at the output path before is still there.',
  },
  'output/load-time': {
    title: 'Load time',
    help: 'What the script takes to load, measured in fresh processes of this Node on this machine.',
  },
  'bundle/failed': { title: 'Bundling failed', help: 'The bundler could not build the entry point.' },
  'bundle/native': {
    title: 'Package with native code stays an import',
    help: 'It loads its add-on from beside its own files, so it is not bundled. With --arch it is put beside the bundle, with the build for that architecture.',
  },
  'bundle/assumption': {
    title: 'Taken for granted',
    help: 'The bundle is smaller because something is assumed about where it runs. The option named turns it off.',
  },
  'bundle/removed': {
    title: 'Dead code removed',
    help: 'The bundler kept declarations that nothing uses; running them was proved to do nothing, so they were left out.',
  },
  'bundle/file-beside': {
    title: 'File beside a module is not there',
    help: 'A module reads a file by the place of its own file. In a bundle that is where the bundle lies. Files below are copied there; a package that reads others stays an import.',
  },
  'bundle/warning': { title: 'Bundler warning', help: 'The bundler noticed something.' },
  'job/failed': { title: 'Internal failure', help: 'A bug in shrink. Please report it with the message and the file.' },
  'package/entry': {
    title: 'Cannot be packed',
    help: 'A path or link in the output cannot be in a package: it leaves the package, is there twice, or is no regular file.',
  },
  'package/empty': {
    title: 'Package is empty',
    help: 'Nothing in the output has a place in a package of this kind. A layer takes node_modules/, bin/, lib/ and extensions/.',
  },
  'package/base': {
    title: 'Base image cannot be used',
    help: 'The folder given as base is not an OCI image layout, is damaged, or has no image for the platform.',
  },
  'native/unavailable': {
    title: 'No build for the architecture',
    help: 'A package loads native code, and neither the tree nor the registry has a build of it for the target. Use a version that has one, build it on such a machine, or leave the package out.',
  },
  'native/layout': {
    title: 'Layout of the project kept',
    help: 'Packages could not be moved beside the input’s files (a workspace package is linked, or two versions would meet in one place), so the output has the folders of the project. The handler’s path is longer by the input’s folder.',
  },
  'native/lockfile': {
    title: 'Lockfile does not pin a package',
    help: 'npm can leave the optional packages of other platforms out of package-lock.json (npm/cli#4828). Remove node_modules and package-lock.json and install again to have them pinned.',
  },
  'native/integrity': {
    title: 'Package does not match the lockfile',
    help: 'What the registry served does not have the digest that the lockfile pins. Nothing of it was used.',
  },
  'native/registry': {
    title: 'Registry cannot be reached',
    help: 'A package of the target platform is neither in node_modules nor in the cache of npm, and the registry did not answer.',
  },
  'native/offline': {
    title: 'Package needed, but --offline given',
    help: 'A package of the target platform is not in node_modules. Allow the registry, or install it: npm install --force NAME@VERSION.',
  },
  'native/replaced': {
    title: 'Native code of the target used',
    help: 'A file for the machine that builds was replaced by its counterpart for the target.',
  },
  'native/left-out': {
    title: 'Native code left out',
    help: 'A file for another platform was left out of the output, or an optional package has no build for the target.',
  },
  'target/not-judged': {
    title: 'Browsers without a verdict',
    help: 'The browserslist query names browsers whose engine or version is not in the data. The others were judged.',
  },
  'verify/failed': {
    title: 'Verification failed',
    help: 'The command given with --verify did not end with exit code 0 when run on the output.',
  },
  'verify/skipped': {
    title: 'Verification skipped',
    help: 'The output is for another architecture and cannot be run here. Install qemu-user, and give a Node executable of that architecture.',
  },
}
