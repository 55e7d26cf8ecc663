// A kernel by the lowest bit of a mask, from a table that is kept in a pointer (Highway: `static const auto f = HWY_DYNAMIC_POINTER(F)`).
#include <stdio.h>
#include <stdlib.h>
#include "sums-arm64.h"

typedef int (*kernel)(const int32_t *, int);
int argument_count;

static uint64_t chosen = 1;
static char asked;
NOINLINE static uint64_t supported(void) { return 0x8000 | (getauxval(AT_HWCAP) & BIT ? 0x10 : 0); }
NOINLINE static void choose(void) {
  if (__atomic_load_n(&asked, __ATOMIC_ACQUIRE)) return;
  __atomic_store_n(&chosen, (supported() & 0xfffe) | 0x10000, __ATOMIC_RELEASE);
  asked = 1;
}

static int first(const int32_t *values, int count);
static const kernel table[17] = {[0] = first, [4] = sum_wide, [15] = sum_plain, [16] = sum_plain};
static kernel by_mask(void) { return table[__builtin_ctzll(__atomic_load_n(&chosen, __ATOMIC_ACQUIRE) & 0x18011)]; }
__attribute__((section(".text.first"), noinline, aligned(64))) static int first(const int32_t *values, int count) { choose(); return by_mask()(values, count); }

static char is_kept;
static kernel kept;
__attribute__((section(".text.dispatched"), noinline, aligned(64))) static int dispatched(const int32_t *values, int count) {
  if (!__atomic_load_n(&is_kept, __ATOMIC_ACQUIRE)) {
    choose();
    kept = table[__builtin_ctzll(__atomic_load_n(&chosen, __ATOMIC_ACQUIRE) & 0x18011)];
    __atomic_store_n(&is_kept, 1, __ATOMIC_RELEASE);
  }
  return kept(values, count);
}

#if defined MASK_KEPT
NOINLINE static void change(void) {}
#elif defined MASK_KEPT_REPLACED
NOINLINE static void change(void) { if (argument_count > 0) kept = sum_wide, is_kept = 1; }
#elif defined MASK_KEPT_FORCED
NOINLINE static void change(void) { choose(); if (argument_count > 0) chosen |= 0x10; }
#elif defined MASK_KEPT_SET
NOINLINE static void change(void) { choose(); if (argument_count > 0) chosen = 0x10; }
#elif defined MASK_KEPT_COPIED
static kernel *volatile all = &kept;
NOINLINE static void change(void) { if (argument_count > 0) *all = sum_wide, is_kept = 1; }
#elif defined MASK_TABLE_PASSED
// what is chosen is given a table, and calls what is in there
typedef int (*through)(const int32_t *, int, const kernel *);
NOINLINE static int through_table(const int32_t *values, int count, const kernel *all) { return all[argument_count + 3](values, count); }
NOINLINE static int through_none(const int32_t *values, int count, const kernel *all) { return sum_plain(values, count) + (all == NULL); }
static const through choices[17] = {[0] = through_none, [4] = through_none, [15] = through_table, [16] = through_table};
NOINLINE static int change_by(const int32_t *values, int count) { return choices[__builtin_ctzll(__atomic_load_n(&chosen, __ATOMIC_ACQUIRE) & 0x18011)](values, count, table); }
NOINLINE static void change(void) { choose(); printf("%d\n", change_by(data, 1024)); }
#else
#error no style
#endif

int main(int count, char **arguments) {
  (void)arguments;
  argument_count = count;
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  change();
  printf("%d\n", dispatched(data, 1024));
  return 0;
}
