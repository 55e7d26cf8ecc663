/**
 * Names of instruction sets and processors as authors put them into function names: `memcpy_avx_unaligned`,
 * `dgemm_kernel_HASWELL`, `sha256_block_data_order_shaext`. A function that bears one is there to be chosen.
 */
const isaName =
  /(?:avx|sse[34_]|ssse3|sse2|haswell|skylake|zen\d|icelake|sandybridge|cooperlake|sapphire|westmere|nehalem|bmi[12_]|fma[34]|xop|popcnt|aesni|aes_?hw|_ni\b|sha_?ni|vaes|gfni|x86_?64_v[234]|amx|p?clmul|adx|mulx|evex|erms|piledriver|bulldozer|steamroller|excavator|barcelona|penryn|dunnington|core2|bobcat|prescott|opteron|hsw|skx|_icl|_v[34]x|carrizo|shaext|vpaes)/i

export function isIsaName(name: string): boolean {
  return isaName.test(name)
}
