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
  | 'bundle/failed'
  | 'bundle/warning'
  | 'job/failed'

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
  'bundle/failed': { title: 'Bundling failed', help: 'The bundler could not build the entry point.' },
  'bundle/warning': { title: 'Bundler warning', help: 'The bundler noticed something.' },
  'job/failed': { title: 'Internal failure', help: 'A bug in shrink. Please report it with the message and the file.' },
}
