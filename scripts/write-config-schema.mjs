// Writes schema/config.schema.json from the options table: `npm run build && node scripts/write-config-schema.mjs`.
import { writeFileSync } from 'node:fs'
import { configSchema } from '../dist/src/config/config-schema.js'

writeFileSync(new URL('../schema/config.schema.json', import.meta.url), `${JSON.stringify(configSchema(), null, 2)}\n`)
