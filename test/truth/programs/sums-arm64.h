// A kernel in plain C and with a feature of later CPUs: -DLSE, -DDOTPROD or -DSVE picks the feature.
#include <stdint.h>
#include <sys/auxv.h>
#include <asm/hwcap.h>

#define NOINLINE __attribute__((noinline))
static int32_t data[1024];

#if defined LSE
#define BIT HWCAP_ATOMICS
#define OTHER_BIT HWCAP_CRC32
#define FIELD_SHIFT 20
#define WIDE NOINLINE
#define STEP(sum, value) __asm__ volatile(".arch_extension lse\n\tldaddal %w1, wzr, [%0]" ::"r"(&(sum)), "r"(value) : "memory")
#elif defined SVE
#define BIT HWCAP_SVE
#define OTHER_BIT HWCAP_ATOMICS
#define FIELD_SHIFT 32
#define WIDE NOINLINE
#define STEP(sum, value) do { __asm__ volatile(".inst 0x0420e3e9 // cntb x9" ::: "x9"); (sum) += (value); } while (0)
#else
#define BIT HWCAP_ASIMDDP
#define OTHER_BIT HWCAP_ATOMICS
#define FIELD_SHIFT 44
#define WIDE NOINLINE
#define STEP(sum, value) do { __asm__ volatile(".inst 0x6e809400 // udot v0.4s, v0.16b, v0.16b" ::: "v0"); (sum) += (value); } while (0)
#endif

NOINLINE static int sum_plain(const int32_t *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += values[i] ^ i;
  return sum;
}
WIDE static int sum_wide(const int32_t *values, int count) {
  int sum = 0, i = 0;
  do { STEP(sum, values[i] ^ i); } while (++i < count);
  return sum;
}
NOINLINE static int has(unsigned long bit) { return (getauxval(AT_HWCAP) & bit) != 0; }
