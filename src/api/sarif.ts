import type { Report } from '../core/report.ts'
import type { PlaceInRepository } from '../reporters/repository-place.ts'
import { sarifLog } from '../reporters/sarif.ts'
import { type Demands, exitCode } from './exit-code.ts'
import { ruleHelp } from './rule-help.ts'

/**
 * The report as SARIF 2.1.0.
 *
 * @param demands as `exitCode` takes them: what fails on targets that nobody named is no alert; `placeOf`: where files are in the
 * repository (see `repositoryPaths`), without which they are where the input is
 */
export async function sarifReport(report: Report, demands: Demands & { readonly placeOf?: PlaceInRepository }): Promise<string> {
  return sarifLog(report, { ruleHelp: await ruleHelp(report), targetsAsked: demands.targets.length > 0, exitCode: exitCode(report, demands), placeOf: demands.placeOf })
}
