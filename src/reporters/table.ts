/** A cell's text and how it is to look; lengths are counted without the looks. */
export interface Cell {
  readonly text: string
  readonly paint?: (text: string) => string
  readonly right?: boolean
}

/** Columns as wide as their widest cell, two spaces apart, no trailing spaces. */
export function renderTable(rows: readonly (readonly (Cell | string)[])[], indent = '  '): string[] {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)))
  const widths: number[] = []
  for (const row of cells) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.text.length)
  }
  return cells.map((row) => {
    const parts = row.map((cell, column) => {
      const last = column === row.length - 1
      const width = widths[column]!
      const padded = cell.right ? cell.text.padStart(width) : last ? cell.text : cell.text.padEnd(width)
      return cell.paint ? cell.paint(padded) : padded
    })
    return `${indent}${parts.join('  ')}`.trimEnd()
  })
}
