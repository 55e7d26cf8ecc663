// A switch between a check and what it decides about, in a function without a frame, of which LLVM names the distances' origin (ADR), and a table
// of kernels that is named before a loop.
#include <stdio.h>
#include <stdlib.h>
#include "sums-arm64.h"

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
int argument_count;
static int (*const kernels[4])(const signed char *, int) = {sum_plain, sum_wide, sum_plain, sum_wide};
static int mask;

#define CASE(n, value) case n: sum += argument_count ^ value; __asm__ volatile("" : "+r"(sum)); break;
__attribute__((noinline)) int run(void) {
#if defined SWITCH_FORCED
  int fast = argument_count < 1000;
#else
  int fast = has(BIT) != 0;
#endif
  int sum = 0;
  __asm__ volatile("" : "+r"(sum));
  switch (argument_count & 15) {
    CASE(0, 21) CASE(1, 1234) CASE(2, 99) CASE(3, 77) CASE(4, 1001) CASE(5, 9) CASE(6, 31) CASE(7, 5) CASE(8, 1112) CASE(9, 62) CASE(10, 43) CASE(11, 12) CASE(12, 8080)
  }
#if defined SWITCH_LOOP || defined SWITCH_LOOP_FORCED
  // as Highway has it: a mask of what the CPU has, its lowest bit as the index
  for (int i = 0; i < argument_count + 2; i++) {
    if (sum > 1 << 28) abort();
    if (mask == 0) mask = (fast ? 2 : 4);
#if defined SWITCH_LOOP_FORCED
    mask = argument_count > 0 ? 8 : mask;
#endif
    sum += kernels[__builtin_ctz(mask)](data, 16 + i);
  }
  return sum;
#else
  return sum + (fast ? FAST : PLAIN);
#endif
}

#include "main-arm64.h"
