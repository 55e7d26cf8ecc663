import type { Artifact } from '../../core/artifact.ts'
import { UsageError } from '../../core/errors.ts'
import type { Explanation, Question } from '../../core/format.ts'
import { explainFeature } from './explain-feature.ts'
import { explainFunction } from './explain-function.ts'
import { readWasm } from './read-wasm.ts'

/** @throws UsageError when nothing in the file answers to the question, ShrinkError when the file cannot be read */
export function explainWasm(artifact: Artifact, question: Question): Explanation {
  const { detail } = readWasm(artifact.bytes)
  switch (question.kind) {
    case 'function':
      return explainFunction(artifact.path, detail, question.name)
    case 'feature':
      return explainFeature(artifact.path, detail, question.name)
    case 'module':
      throw new UsageError(
        'a WebAssembly file has no JavaScript modules',
        'Ask for a function or a feature: shrink explain FILE --function NAME, --feature NAME',
      )
  }
}
