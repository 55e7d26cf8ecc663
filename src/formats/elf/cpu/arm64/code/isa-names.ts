/** What authors put into the names of functions that are there to be chosen, or are an interface to one instruction set. */
const isaName = /(?:sve2?(?:\b|_|\d)|dotprod|_?i8mm|bf16|fp16|asimd(?:dp|hp|rdm)|armv[89]|aarch64_?(?:crypto|ce)|crypto_?ext|hw_?aes|_cext\b|rndr|pmull|_aes|aes_|_aesce|sha(?:1|2|256|512)_?(?:ce|hw|armv8|arm)|_lse\b|crc32_?(?:arm|acle|hw|pmull)|neoverse|a64fx|_dot\b|udot|sdot|mmla|sm[34]_)/i

export function isArm64IsaName(name: string): boolean {
  return isaName.test(name)
}
