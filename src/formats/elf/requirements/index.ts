import type { Requirement } from '../../../core/requirement.ts'
import type { ElfTables } from '../tables.ts'
import { abiRequirements } from './abi.ts'
import { architectureRequirement } from './architecture.ts'
import { kernelRequirements } from './kernel.ts'
import { libcRequirements } from './libc.ts'
import { libraryRequirements } from './libraries.ts'
import { nodeAddonRequirements } from './node-addon.ts'
import { pageSizeRequirements } from './page-size.ts'
import { symbolVersionRequirements } from './symbol-versions.ts'

/** All that the tables of a file say it requires; what its code requires of the processor comes on top. */
export function tableRequirements(tables: ElfTables): Requirement[] {
  return [
    architectureRequirement(tables),
    ...abiRequirements(tables),
    ...libcRequirements(tables),
    ...symbolVersionRequirements(tables),
    ...libraryRequirements(tables),
    ...kernelRequirements(tables),
    ...pageSizeRequirements(tables),
    ...nodeAddonRequirements(tables),
  ]
}
