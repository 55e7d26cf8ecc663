import type { Confidence, Fact, Target } from '../target.ts'
import { distributions, gccSymbolVersions } from './distributions.ts'

type System = Pick<Target, 'operatingSystem' | 'libc' | 'symbolVersions' | 'libraries' | 'kernel'>

/** libstdc++ and libgcc are in every full image of these distributions; Alpine’s base image has neither. */
const cxxLibraries: readonly string[] = ['libstdc++.so.6', 'libgcc_s.so.1']

/**
 * What a platform provides by being that distribution. The kernel is the host's, not the image's, so only the C
 * library, the C++ runtime and their symbol versions follow.
 *
 * @param confidence how sure it is that the platform is that distribution; the weaker of the two counts.
 */
export function systemOf(id: string, confidence: Confidence = 'documented'): System {
  const distribution = distributions.find((candidate) => candidate.id === id)
  if (distribution === undefined) throw new Error(`no distribution ${id}`)
  const { glibc, musl, gcc, gccConfidence, source, date } = distribution
  const sure = confidence === 'unverified' ? 'unverified' : 'derived'
  const fact = <Value>(value: Value): Fact<Value> => ({ value, source, date, confidence: sure })
  const versions = gcc === undefined ? undefined : gccSymbolVersions[gcc]
  const cxxFact = (value: string): Fact<string> => ({
    ...fact(value),
    source: `GCC ${gcc ?? ''}: https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html`,
    confidence: gccConfidence === 'unverified' ? 'unverified' : sure,
  })
  return {
    operatingSystem: fact(distribution.title),
    ...(glibc === undefined ? {} : { libc: fact({ name: 'glibc', version: glibc }) }),
    ...(musl === undefined ? {} : { libc: fact({ name: 'musl', version: musl }) }),
    ...(versions === undefined
      ? {}
      : {
          symbolVersions: {
            GLIBCXX: cxxFact(versions.GLIBCXX),
            CXXABI: cxxFact(versions.CXXABI),
            GCC: cxxFact(versions.GCC),
          },
        }),
    ...(glibc === undefined ? {} : { libraries: fact(cxxLibraries) }),
  }
}
