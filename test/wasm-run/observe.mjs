// Runs modules and says what they gave: `bun observe.mjs < JOBS`. JOBS is JSON: a list of {bytes, vectors, calls}: the
// module in base64, lists of bytes for the start of its memory (one after another), exports to call with arguments
// (bigints as strings that end in n). Prints JSON: for each job and each vector what the calls returned and the memory after.
import { readFileSync } from 'node:fs'

const jobs = JSON.parse(readFileSync(0, 'utf8'))
const argument = (value) => (typeof value === 'string' ? BigInt(value.slice(0, -1)) : value)
const shown = (value) => (typeof value === 'bigint' ? `${value}n` : Array.isArray(value) ? value.map(shown) : value)

const results = jobs.map(({ bytes, vectors, calls }) => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(bytes, 'base64')), {})
  return vectors.map((vector) => {
    const memory = exports.memory === undefined ? undefined : new Uint8Array(exports.memory.buffer, 0, 256)
    memory?.fill(0)
    memory?.set(vector)
    const returned = calls.map(([name, ...values]) => {
      try {
        return shown(exports[name](...values.map(argument)) ?? null)
      } catch (error) {
        return `threw ${error.constructor.name}`
      }
    })
    return [returned, memory === undefined ? '' : Buffer.from(exports.memory.buffer, 0, 256).toString('hex')]
  })
})
console.log(JSON.stringify(results))
