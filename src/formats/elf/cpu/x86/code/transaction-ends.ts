import type { Code } from './code.ts'

/**
 * Where XEND is. Outside of a transaction it faults on every CPU (#GP where there are transactions, SDM volume 2), so that it only
 * runs where some XBEGIN has: whoever unlocks an elided lock has locked it. That XBEGIN is what needs the CPU.
 */
export function transactionEnds({ sweep, decoder, codeAt }: Pick<Code, 'sweep' | 'decoder' | 'codeAt'>): Set<number> {
  const ends = new Set<number>()
  const mayBe = decoder.tables.featureSets.map((set) => set.includes('rtm'))
  const sets = sweep.hitSet.values()
  const at = sweep.hitAt.values()
  for (let hit = 0; hit < sets.length; hit++) {
    if (mayBe[sets[hit]!] !== true) continue
    const range = codeAt(at[hit]!)
    const place = at[hit]! - (range?.base ?? 0)
    if (range?.code[place] === 0x0f && range.code[place + 1] === 0x01 && range.code[place + 2] === 0xd5) ends.add(at[hit]!)
  }
  return ends
}
