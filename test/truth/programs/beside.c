// A kernel that is called behind a check (B_), and another way to a like one that asks nobody (U_): all of them need AVX2.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sums.h"

NOINLINE static int has(void) { return __builtin_cpu_supports("avx2") != 0; }
static int32_t more[1024];

#if defined B_CALL
static int run(void) { return has() ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined B_LAZY
static int run(void) {
  static int state = -1;
  if (state == -1) state = has();
  return state ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined B_FIELD
struct context { char name[32]; int pad; int use; };
NOINLINE static struct context *make(void) {
  struct context *context = calloc(1, sizeof *context);
  context->use = has();
  return context;
}
NOINLINE static int use(struct context *context) { return context->use ? sum_wide(data, 1024) : sum_plain(data, 1024); }
static int run(void) { return use(make()); }
#elif defined B_OPERATIONS
struct operations { int (*sum)(const int32_t *, int); int (*other)(const int32_t *, int); };
NOINLINE static struct operations *make(int wide) {
  struct operations *made = malloc(sizeof *made);
  made->sum = wide ? sum_wide : sum_plain;
  made->other = wide ? sum_wide : sum_plain;
  return made;
}
static int run(void) {
  struct operations *made = make(has());
  int sum = made->sum(data, 1024) + made->other(data, 64);
  free(made);
  return sum;
}
#elif defined B_THREAD
static __thread int (*chosen)(const int32_t *, int);
static int run(void) {
  if (chosen == NULL) chosen = has() ? sum_wide : sum_plain;
  return chosen(data, 1024);
}
#endif

// the other kernels, so that the two are told apart
AVX2 static int product_wide(int32_t *values, int count) {
  v8 product = {3, 3, 3, 3, 3, 3, 3, 3}, part;
  for (int i = 0; i < count; i += 8) {
    memcpy(&part, values + i, sizeof part);
    product *= part | 1;
    memcpy(values + i, &product, sizeof product);
  }
  return values[9];
}
NOINLINE static int product_plain(int32_t *values, int count) {
  int product = count;
  for (int i = 0; i < count; i++) values[i] = product *= values[i] | 1;
  return values[9];
}

#if defined U_COUNTED
static int other(void) {
  int large = 0;
  for (int i = 0; i < 1024; i++) large += data[i] > 4;
  return large > 10 ? sum_wide(more, 1024) : sum_plain(more, 1024);
}
#elif defined U_COUNTED_OTHER
static int other(void) {
  int large = 0;
  for (int i = 0; i < 1024; i++) large += data[i] > 4;
  return large > 10 ? product_wide(more, 1024) : product_plain(more, 1024);
}
#elif defined U_CASES
static int other(void) {
  switch (data[7] % 5) {
    case 0: return product_plain(more, 8);
    case 1: return sum_plain(more, 8);
    case 2: return product_wide(more, 1024);
    case 3: return sum_plain(more, 9) + 1;
    default: return 7;
  }
}
#elif defined U_NAMED
static const struct { const char *name; int (*run)(int32_t *, int); } commands[] = {{"fold", product_plain}, {"multiply", product_wide}, {0}};
static int other(void) {
  const char *name = getenv("COMMAND");
  if (name == NULL) name = "multiply";
  for (int i = 0; commands[i].name != NULL; i++) if (strcmp(commands[i].name, name) == 0) return commands[i].run(more, 1024);
  return 0;
}
#elif defined U_NUMBERED
static int by_number(int32_t *values, int count, int operation) {
  return operation == 1 ? product_wide(values, count) : operation == 2 ? product_plain(values, count) : operation == 3 ? sum_wide(values, count) : sum_plain(values, count);
}
static int (*volatile operate)(int32_t *, int, int) = by_number;
static int other(void) { return operate(more, 1024, 3); }
#endif

int main(int argc, char **argv) {
  (void)argv;
  for (int i = 0; i < 1024; i++) {
    data[i] = i * 7 % 13 + argc;
    more[i] = i;
  }
  if (data[7] % 5 != 2) data[7] = 2;
  printf("%d\n", run());
  printf("%d\n", other());
  return 0;
}
