import type { PinnedPackage } from './packages.ts'

/** A file of a published package: an input that others have measured too (privatenumber/minification-benchmarks). */
export interface ScriptArtifact {
  readonly name: string
  readonly pinned: PinnedPackage
  /** Path inside the package. */
  readonly file: string
}

function artifact(name: string, version: string, file: string, integrity: string): ScriptArtifact {
  return { name, pinned: { name, version, integrity }, file }
}

/** The twelve artifacts, smallest first. */
export const scriptArtifacts: readonly ScriptArtifact[] = [
  artifact('react', '17.0.2', 'cjs/react.development.js', 'sha512-gnhPt75i/dq/z3/6q/0asP78D0u592D5L1pd7M8P+dck6Fu/jJeL6iVVK23fptSUZj8Vjf++7wXA8UNclGQcbA=='),
  artifact('moment', '2.29.1', 'moment.js', 'sha512-kHmoybcPV8Sqy59DwNDY3Jefr64lK/by/da0ViFcuA4DH0vQg5Q6Ze5VimxkfQNSC+Mls/Kx53s7TjP1RhFEDQ=='),
  artifact('jquery', '3.5.1', 'dist/jquery.js', 'sha512-XwIBPqcMn57FxfT+Go5pzySnm4KWkT1Tv7gjrpT1srtf8Weynl6R273VJ5GjkRb51IzMp5nbaPjJXMWeju2MKg=='),
  artifact('vue', '2.6.12', 'dist/vue.js', 'sha512-uhmLFETqPPNyuLLbsKz6ioJ4q7AZHzD8ZVFNATNyICSZouqP2Sz0rotWQC8UNBF6VGSCs5abnKJoStA6JbCbfg=='),
  artifact('lodash', '4.17.21', 'lodash.js', 'sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg=='),
  artifact('d3', '6.3.1', 'dist/d3.js', 'sha512-rbaoA67o2N4lO1TCuvrTGQdowNb3zT0z2ygg6TLmJZAd7TRPg+lhbfDOVwQUAgdbRD+73kg2FrEQ9HLiap5H2w=='),
  artifact('terser', '5.30.3', 'dist/bundle.min.js', 'sha512-STdUgOUx8rLbMGO9IOwHLpCqolkDITFFQSMYYwKE1N2lY6MVSaeoi10z/EhWxRc6ybqoVmKSkhKYH/XUpl7vSA=='),
  artifact('three', '0.124.0', 'build/three.js', 'sha512-ROXp1Ly7YyF+jC910DQyAWj++Qlw2lQv0qwYLNQwdDbjk4bsOXAfGO92wYTMPNei1GMJUmCxSxc3MjGBTS09Rg=='),
  artifact('victory', '35.8.4', 'dist/victory.js', 'sha512-DZRFy924BscJciVkEteBy9gqIZIhrsFN2yRP3FbMtcUwHQG5zyBjdUidgTnOlpdQqxLldcREpCxPQh8Q5fqqUw=='),
  artifact('echarts', '5.1.1', 'dist/echarts.js', 'sha512-b3nP8M9XwZM2jISuA+fP0EuJv8lcfgWrinel185Npy8bE/UhXTDIPJcqgQOCWdvk0c5CeT6Dsm1xBjmJXAGlxQ=='),
  artifact('antd', '4.16.1', 'dist/antd.js', 'sha512-v7KfUYvEAiqfTECKC4/VkpRPB/4RRxZLR3b2kKCYEtcj4nEHvsOKfO5CDbWVtSUmCehxOXNR2lV+UNy06KHBnA=='),
  artifact('typescript', '4.9.5', 'lib/typescript.js', 'sha512-1FXk9E2Hm+QzZQ7z+McJiHL4NW1F2EzMu9Nq9i3zAaGqibafqYwCVU6WyWAuyQRRzOlxou8xZSyXLEN8oKj24g=='),
]
