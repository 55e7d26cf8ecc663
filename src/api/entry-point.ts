/** Is this path a source that no runtime loads as it is? */
export function isSource(path: string): boolean {
  return /\.(?:[cm]?ts|[jt]sx)$/.test(path) && !/\.d\.[cm]?ts$/.test(path)
}

/** Is this path a source to bundle, rather than a file to optimise? */
export function isEntryPoint(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path)
}
