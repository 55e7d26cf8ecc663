// node isa-verdict.mjs FILE: judges the CPU features of a file and says what that took, for isa.bench.mjs.
import { readFileSync } from 'node:fs'
import { compileLess } from '../dist/src/cli/v8-flags.js'
import { analyzeCpu } from '../dist/src/formats/elf/cpu/index.js'
import { readElf } from '../dist/src/formats/elf/read/elf-file.js'

compileLess() // as the command does
const bytes = readFileSync(process.argv[2])
const start = process.cpuUsage()
await analyzeCpu(readElf(bytes), {}, { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined })
const { user, system } = process.cpuUsage(start)
console.log(JSON.stringify({ seconds: (user + system) / 1e6, megabytes: Math.round(process.resourceUsage().maxRSS / 1024) }))
