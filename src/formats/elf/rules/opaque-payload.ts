import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { payloadSize } from '../payload/payload.ts'

export const opaquePayload: Rule<ElfDetail> = {
  id: 'elf/opaque-payload',
  help: 'The file carries something that was not analysed: what is said about the file is true of its loader only.',
  *check({ path, detail: { payloads } }) {
    for (const payload of payloads) {
      if (payload.analysed) continue
      yield {
        severity: payload.hidesCode ? 'warning' : 'info',
        message: `opaque payload, ${payloadSize(payload)} not analysed: ${payload.description}`,
        ...(payload.hidesCode ? { advice: 'analyse what was packed before it is packed' } : {}),
        data: { kind: payload.kind, offset: payload.offset, size: payload.size },
        location: { path, offset: payload.offset },
      }
    }
  },
}
