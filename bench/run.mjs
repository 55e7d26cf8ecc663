// `npm run bench [NAME …]`: runs every bench/*.bench.mjs (or those named) and prints its table.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const wanted = process.argv.slice(2)
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.mjs'))
  .map((name) => name.slice(0, -'.bench.mjs'.length))
  .filter((name) => wanted.length === 0 || wanted.includes(name))
  .sort()
if (names.length === 0) throw new Error('no benchmark of that name in bench/')

for (const name of names) {
  const { title, bench } = await import(`./${name}.bench.mjs`)
  console.log(`\n${name}: ${title}`)
  const { columns, rows, notes = [] } = await bench()
  const table = [columns, ...rows.map((row) => row.map(String))]
  const widths = columns.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
  for (const row of table) {
    console.log(`  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ')}`)
  }
  for (const note of notes) console.log(`  ${note}`)
}
