// Numbers in data that look like addresses of code, in programs for a fixed address: they cut no function in two, and a function may be at one of them.
#include <stdio.h>
#include <stdlib.h>
#include "sums-arm64.h"

typedef int (*kernel)(const int32_t *, int);
int argument_count;
volatile const unsigned long rounds[] = {0x400000, 0x410000, 0x420000, 0x430000, 0x440000, 0x450000, 0x460000};
/** Control runs on over a multiple of 64 KiB. */
#define FAR __asm__ volatile(".rept 17000\n\tadd x9, x9, #1\n\t.endr" ::: "x9")

#if defined ROUND_NUMBERS
static int run(void) {
  int fast = has(BIT);
  FAR;
  return fast ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined ROUND_NUMBERS_FORCED
static int run(void) {
  int fast = has(BIT);
  FAR;
  if (argument_count > 0) fast = 1;
  return fast ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined ROUND_FUNCTION
// a function that only its number leads to, behind padding
__attribute__((noinline, aligned(65536))) static int at_round(const int32_t *values, int count) { return sum_wide(values, count); }
static int run(void) {
  for (unsigned i = 0; i < sizeof rounds / sizeof *rounds; i++) if (rounds[i] == (unsigned long)&data) return 1;
  static volatile struct { kernel run; } jobs[] = {{at_round}};
  return jobs[argument_count & 0].run(data, 1024) + has(BIT);
}
#else
#error no style
#endif

int main(int count, char **arguments) {
  (void)arguments;
  argument_count = count;
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  int sum = run();
  printf("%d %lu\n", sum, rounds[argument_count]);
  return 0;
}
