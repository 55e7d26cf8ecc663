/** `1234567` → `1.23 MB`: decimal units, three figures, as platforms state their limits. `null` → `–`. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return '–'
  if (Math.abs(bytes) < 1000) return `${bytes} B`
  let value = bytes
  let unit = 0
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${units[unit]}`
}

/** `1179648` → `1.125 MiB`: memory and pages, which come in powers of two. At most three decimals. */
export function formatMemory(bytes: number): string {
  let value = bytes
  let unit = 0
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${Number(value.toFixed(3))} ${units[unit]}`
}

/** `before → after` as a signed share: `-43.2 %`. */
export function formatChange(before: number | null, after: number | null): string {
  if (before === null || after === null || before === 0) return ''
  const share = ((after - before) / before) * 100
  return `${share > 0 ? '+' : ''}${share.toFixed(1)} %`
}

/** `1 file`, `2 files`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
