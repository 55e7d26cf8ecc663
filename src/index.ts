/** The public API. The command line is built on it. */
export { analyze } from './api/analyze.ts'
export { build } from './api/build.ts'
export { explain } from './api/explain.ts'
export { type MemoryFile, optimizeFiles } from './api/optimize-files.ts'
export type { Progress } from './api/progress.ts'
export type { RunOptions } from './api/settings.ts'
export { defineConfig, type UserConfig } from './config/config.ts'
export type { Diagnostic, Severity } from './core/diagnostic.ts'
export type { Finding } from './core/finding.ts'
export type { Explanation, Question } from './core/format.ts'
export type {
  ArtifactChange,
  ArtifactReport,
  Comparison,
  EncodedSizes,
  FindingChange,
  OutputReport,
  PackageChange,
  PackageReport,
  Reason,
  Report,
  RequirementChange,
  Verdict,
  VerdictChange,
  VerdictKind,
} from './core/report.ts'
export type { CapabilityKind, Evidence, Need, Requirement } from './core/requirement.ts'
export type { Change } from './core/change.ts'
export type { Level, Measure } from './core/transform.ts'
export { ConfigError, ShrinkError, UsageError } from './core/errors.ts'
export { type Demands, exitCode, type ReportExitCode } from './api/exit-code.ts'
export { findTarget, match, type MatchOptions, type MatchResult, type Target, targets } from './targets/index.ts'
export type { Confidence, Fact, Limit } from './targets/index.ts'
export { type GivenPaths, repositoryPaths, repositoryRoot } from './api/repository-paths.ts'
export type { PlaceInRepository, RepositoryPlace } from './reporters/repository-place.ts'
export { githubReport } from './reporters/github.ts'
export { jsonReport } from './reporters/json.ts'
export { markdownReport } from './reporters/markdown.ts'
export { sarifReport } from './api/sarif.ts'
export { textReport } from './reporters/text.ts'
