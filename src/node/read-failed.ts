/** Why a file or folder could not be read, and what to do about it. */
export function readFailed(path: string, error: unknown): { readonly message: string; readonly hint: string | undefined } {
  const code = (error as NodeJS.ErrnoException).code ?? String(error)
  if (code === 'ENOENT' && path.includes('\ufffd')) {
    return { message: 'cannot be read: its name is not UTF-8', hint: 'Rename it: Node cannot open such names.' }
  }
  return { message: `cannot be read: ${code}`, hint: hints[code] }
}

const hints: Readonly<Record<string, string>> = {
  EACCES: 'Check its permissions.',
  EPERM: 'Check its permissions.',
  EISDIR: 'It is a folder; name a file in it.',
  ENOENT: 'It is not there, or was removed in the meantime.',
  ENAMETOOLONG: 'Its path is too long for the operating system.',
}
