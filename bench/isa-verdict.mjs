// node isa-verdict.mjs FILE [DIST]: judges the CPU features of a file and says what that took, for isa.bench.mjs and isa-survey.mjs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [file, dist = fileURLToPath(new URL('../dist', import.meta.url))] = process.argv.slice(2)
const { compileLess } = await import(join(dist, 'src/cli/v8-flags.js'))
const { analyzeCpu } = await import(join(dist, 'src/formats/elf/cpu/index.js'))
const { readElf } = await import(join(dist, 'src/formats/elf/read/elf-file.js'))

compileLess() // as the command does
const bytes = readFileSync(file)
const start = process.cpuUsage()
const { requirements } = await analyzeCpu(readElf(bytes), {}, { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined })
const { user, system } = process.cpuUsage(start)
const named = (wanted) => requirements.filter(({ kind, need }) => kind === 'cpu-feature' && need === wanted).map(({ name }) => name)
console.log(JSON.stringify({ seconds: (user + system) / 1e6, megabytes: Math.round(process.resourceUsage().maxRSS / 1024), required: named('required'), possible: named('possible') }))
