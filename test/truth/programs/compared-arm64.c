// What a context holds is compared with a kernel, to see whether that was chosen (OpenSSL); the kernel's address is left in a register that a call does not read.
#include <stdio.h>
#include "sums-arm64.h"

int argument_count;
typedef int (*sum_fn)(const signed char *, int);
struct context { sum_fn sum; int count; };
static struct context context;

NOINLINE static void choose(struct context *c) { c->sum = has(BIT) ? sum_wide : sum_plain; }
NOINLINE static int count(struct context *c) { return c->count * argument_count; }

NOINLINE static int update(struct context *c) {
  if (c->count < 1000) {
    register sum_fn kernel __asm__("x8") = sum_wide;
    __asm__ volatile("" : "+r"(kernel));
    if (c->sum == kernel) return sum_wide(data, 1024) + count(c);
  }
  return count(c) + 1; // on one way here the address is still in X8
}

#if defined COMPARED_FORCED
NOINLINE static void force(struct context *c) { if (argument_count > 0) c->sum = sum_wide; }
#else
NOINLINE static void force(struct context *c) { c->count = argument_count; }
#endif

static int run(void) {
  choose(&context);
  force(&context);
  return update(&context) + sum_plain(data, 1024);
}

#include "main-arm64.h"
