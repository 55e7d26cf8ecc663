// A library whose names can all be seen, as of what was linked into it: a kernel is there for its own callers, or for others as well.
#include "sums-arm64.h"

#define ONE(n) int part_##n(int x) { return x * 0x##n + 1; }
#define TEN(n) ONE(n##0) ONE(n##1) ONE(n##2) ONE(n##3) ONE(n##4) ONE(n##5) ONE(n##6) ONE(n##7) ONE(n##8) ONE(n##9) ONE(n##a) ONE(n##b) ONE(n##c) ONE(n##d) ONE(n##e) ONE(n##f)
#define HUNDRED(n) TEN(n##0) TEN(n##1) TEN(n##2) TEN(n##3) TEN(n##4) TEN(n##5) TEN(n##6) TEN(n##7) TEN(n##8) TEN(n##9) TEN(n##a) TEN(n##b) TEN(n##c) TEN(n##d) TEN(n##e) TEN(n##f)
#if !defined EXPORTS_FEW
HUNDRED(1) HUNDRED(2) HUNDRED(3) HUNDRED(4) HUNDRED(5) HUNDRED(6) HUNDRED(7) HUNDRED(8)
#endif

int blocks(const int32_t *values, int count) { return sum_wide(values, count) + 1; }
int blocks_plain(const int32_t *values, int count) { return sum_plain(values, count); }
#if defined EXPORTS_IN_TABLE
struct { const char *name; int (*run)(const int32_t *, int); } const algorithms[] = {{"plain", blocks_plain}, {"blocks", blocks}, {0, 0}};
#endif
#if !defined EXPORTS_ALONE
int update(const int32_t *values, int count) { return has(BIT) ? blocks(values, count) : blocks_plain(values, count); }
#else
int update(const int32_t *values, int count) { return has(BIT) ? sum_wide(values, count) : blocks_plain(values, count); }
#endif
#if defined EXPORTS_USED
int update_fast(const int32_t *values, int count) { return count < 9 ? 0 : blocks(values, count); }
#endif
