// A kernel in plain C and with AVX2: the same sum.
#include <stdint.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))
#define AVX2 __attribute__((target("avx2"), noinline))

static int32_t data[1024];

NOINLINE static int sum_plain(const int32_t *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += values[i] ^ i;
  return sum;
}

typedef int32_t v8 __attribute__((vector_size(32)));
AVX2 static int sum_wide(const int32_t *values, int count) {
  v8 sum = {0}, index = {0, 1, 2, 3, 4, 5, 6, 7};
  for (int i = 0; i < count; i += 8) {
    v8 part;
    memcpy(&part, values + i, sizeof part);
    sum += part ^ (index + i);
  }
  int total = 0;
  for (int i = 0; i < 8; i++) total += sum[i];
  return total;
}
