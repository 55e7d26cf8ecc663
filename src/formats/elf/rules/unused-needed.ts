import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { DT, SHN } from '../constants.ts'

/** Libraries of glibc and GCC, all of whose symbols have versions: no version needed of them means nothing used. */
const versioned = /^(libc|libm|libdl|librt|libpthread|libutil|libresolv|libnsl|libcrypt|libgcc_s|libstdc\+\+)\.so\.\d+$/

export const unusedNeeded: Rule<ElfDetail> = {
  id: 'elf/unused-needed',
  help: 'A library is loaded and nothing of it is used: time at every start, and one more file that must exist.',
  *check({ detail: { dynamic, versions, symbols } }) {
    if (dynamic === undefined || versions === undefined || symbols === undefined) return
    const used = new Set(versions.needed.map((need) => need.library))
    const unused = dynamic.strings(DT.NEEDED).filter((name) => versioned.test(name) && !used.has(name))
    if (unused.length === 0 || versions.needed.length === 0) return // musl's libraries have no versions
    const unversioned: string[] = []
    for (let i = 1; i < symbols.count; i++) {
      if (symbols.section(i) === SHN.UNDEF && versions.symbolVersion(i) <= 1 && symbols.binding(i) === 1) unversioned.push(symbols.name(i))
    }
    yield {
      severity: 'info',
      message: `needs ${unused.join(', ')}, and takes no symbol from ${unused.length > 1 ? 'them' : 'it'}`,
      advice: 'link with -Wl,--as-needed, or remove the entry (patchelf --remove-needed)',
      data: { libraries: unused, unversionedSymbols: unversioned.length },
    }
  },
}
