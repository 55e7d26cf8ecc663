/** Dotted numeric versions (`2.34`, `3.4.29`, `22.12.0`): negative when `a` is lower. Missing parts count as 0. */
export function compareVersions(a: string, b: string): number {
  const left = parts(a)
  const right = parts(b)
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** `GLIBC_2.34`, `v22.12`, `>=18` and `node22` are read as the number in them. */
function parts(version: string): number[] {
  const digits = /\d+(?:\.\d+)*/.exec(version)?.[0] ?? '0'
  return digits.split('.').map(Number)
}
