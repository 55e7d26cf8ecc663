#!/usr/bin/env node
import { main } from '../dist/src/cli/main.js'
import { compileLess } from '../dist/src/cli/v8-flags.js'

compileLess()
process.exitCode = await main(process.argv.slice(2))
// Interrupted: what cannot be ended half-way, such as a parser's work, is not waited for.
if (process.exitCode === 130) process.exit()
