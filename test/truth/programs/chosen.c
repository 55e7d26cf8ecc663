// Kernels in a table, of which a mask of what the CPU can do says which to call, as Highway does it (C_). Before anyone has asked, the mask
// says that the first is to be called, which asks. With WEAK the entry for any CPU needs AVX2 as well: these programs trap.
#include <stdio.h>
#include <stdlib.h>
#include "sums.h"

enum { FIRST = 1, WIDE = 4, ANY = 16 };
static int64_t mask = FIRST;
typedef int sum_function(const int32_t *, int);
static int ask(const int32_t *values, int count);
#ifdef WEAK
AVX2 NOINLINE static int sum_any(const int32_t *values, int count) { return sum_wide(values, count) + 1; }
#else
NOINLINE static int sum_any(const int32_t *values, int count) { return sum_plain(values, count) + 1; }
#endif
static sum_function *const table[6] = {[0] = ask, [2] = sum_wide, [4] = sum_any};
static int64_t targets(void) { return mask & (FIRST | WIDE | ANY); }

NOINLINE static int ask(const int32_t *values, int count) {
  mask = __builtin_cpu_supports("avx2") ? WIDE | ANY : ANY;
  return table[__builtin_ctzll(targets())](values, count);
}

#if defined C_CALLED
NOINLINE static int sum(const int32_t *values, int count) { return table[__builtin_ctzll(targets())](values, count) * 3; }
#elif defined C_TAIL
NOINLINE static int sum(const int32_t *values, int count) { return table[__builtin_ctzll(targets())](values, count); }
#elif defined C_KEPT
NOINLINE static int sum(const int32_t *values, int count) {
  sum_function *chosen = table[__builtin_ctzll(targets())];
  puts("chosen");
  return chosen(values, count) + chosen(values + 8, count - 8);
}
#elif defined C_STORED
static struct { char name[16]; sum_function *sum; } chosen;
NOINLINE static void choose(void) { chosen.sum = table[__builtin_ctzll(targets())]; }
NOINLINE static int sum(const int32_t *values, int count) {
  choose();
  return chosen.sum(values, count);
}
#elif defined C_PASSED
NOINLINE static int sum_with(int64_t of, const int32_t *values, int count) { return of & WIDE ? sum_wide(values, count) : of & ANY ? sum_any(values, count) : ask(values, count); }
NOINLINE static int sum(const int32_t *values, int count) { return table[__builtin_ctzll(targets())](values, count) + sum_with(mask, values, count); }
#elif defined C_ADDED
NOINLINE static int sum(const int32_t *values, int count) { return table[__builtin_ctzll(targets()) + (count == 7) * 2](values, count); }
#elif defined C_AGAIN
NOINLINE static int sum(const int32_t *values, int count) {
  int sum = table[__builtin_ctzll(targets())](values, count);
  for (int64_t left = count; left > 0; left >>= 1) sum += table[__builtin_ctzll(targets())](values, (int)left & ~7);
  return sum;
}
#elif defined C_NUMBERED
static const int lengths[6] = {[0] = 8, [2] = 32, [4] = 16};
NOINLINE static int sum(const int32_t *values, int count) {
  if (mask == FIRST) ask(values, 8);
#ifdef WEAK
  return lengths[__builtin_ctzll(targets())] >= 16 ? sum_wide(values, count) : sum_plain(values, count);
#else
  return lengths[__builtin_ctzll(targets())] > 16 ? sum_wide(values, count) : sum_plain(values, count);
#endif
}
#elif defined C_BESIDE
static sum_function *const others[2] = {sum_plain, sum_wide};
NOINLINE static int sum(const int32_t *values, int count) {
  if (mask == FIRST) ask(values, 8);
#ifdef WEAK
  return others[(count >> 10) & 1](values, count);
#else
  return others[(count >> 20) & 1](values, count);
#endif
}
#endif

int main(int argc, char **argv) {
  (void)argv;
  printf("%d\n", sum(data, 1024 + 8 * (argc - 1)));
  return 0;
}
