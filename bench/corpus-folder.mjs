import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where fetched packages are kept between runs, as the tests have it (test/corpus/fetch.ts). */
export const corpusFolder = process.env['SHRINK_CORPUS'] ?? join(homedir(), '.cache', 'shrink-corpus')
