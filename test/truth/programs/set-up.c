// A function that asks the CPU sets variables on all of its ways, some of which only an environment variable leads to: what they hold is
// nothing that it found out, and a kernel that is called because of one needs AVX2.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sums.h"
static int limit;
NOINLINE static int run(void) {
  const char *forced = getenv("SUM");
  if (forced != NULL) {
    limit = 16;
    if (strcmp(forced, "plain") == 0) return sum_plain(data, 1024);
  }
  int has = __builtin_cpu_supports("avx2");
  limit = 16;
  return has ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
AVX2 NOINLINE static int product_wide(int32_t *values, int count) {
  v8 product = {3, 3, 3, 3, 3, 3, 3, 3}, part;
  for (int i = 0; i < count; i += 8) { memcpy(&part, values + i, sizeof part); product *= part | 1; memcpy(values + i, &product, sizeof product); }
  return values[9];
}
NOINLINE static int product_plain(int32_t *values, int count) {
  int product = count;
  for (int i = 0; i < count; i++) { product *= values[i] | 1; values[i] = product; }
  return values[9];
}
NOINLINE static int later(void) { return limit > 8 ? product_wide(data, 1024) : product_plain(data, 1024); }
int main(void) { printf("%d\n", run() + later()); return 0; }
