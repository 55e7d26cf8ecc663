import type { TreeRule } from '../core/tree.ts'
import { cpuFamilies } from './rules/cpu-families.ts'
import { foreignBuilds } from './rules/foreign-builds.ts'
import { mislabelledBuilds } from './rules/mislabelled-builds.ts'
import { misnamedFiles } from './rules/misnamed-files.ts'
import { missingLibraries } from './rules/missing-libraries.ts'
import { missingBuilds } from './rules/missing-builds.ts'
import { nativePackages } from './rules/native-packages.ts'
import { outsideImports } from './rules/outside-imports.ts'
import { plugAndPlay } from './rules/plug-and-play.ts'
import { shadowedBuilds } from './rules/shadowed-builds.ts'
import { unopenedArchives } from './rules/unopened-archives.ts'
import { x86Only } from './rules/x86-only.ts'
import { x86Sources } from './rules/x86-sources.ts'

/** Every check that looks at the tree as a whole, in the order of the report. */
export const treeRules: readonly TreeRule[] = [
  plugAndPlay,
  unopenedArchives,
  outsideImports,
  nativePackages,
  mislabelledBuilds,
  misnamedFiles,
  shadowedBuilds,
  missingBuilds,
  x86Only,
  x86Sources,
  foreignBuilds,
  cpuFamilies,
  missingLibraries,
]
