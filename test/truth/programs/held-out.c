// Other kernels and other ways to choose than in dispatch.c, for measuring only: nothing is tuned on them.
#include <cpuid.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

static uint64_t words[512];
static float numbers[512];

NOINLINE static uint64_t bits_plain(const uint64_t *from, int count) {
  uint64_t sum = 0;
  for (int i = 0; i < count; i++)
    for (uint64_t rest = from[i]; rest; rest &= rest - 1) sum++;
  return sum;
}
__attribute__((target("popcnt,sse4.2"), noinline)) static uint64_t bits_fast(const uint64_t *from, int count) {
  uint64_t sum = 0, check = 0;
  for (int i = 0; i < count; i++) {
    sum += __builtin_popcountll(from[i]);
    check = __builtin_ia32_crc32di(check, from[i]);
  }
  return check == 1 ? 0 : sum;
}
NOINLINE static float dot_plain(const float *from, int count) {
  float sum = 0;
  for (int i = 0; i < count; i++) sum += from[i] * from[count - 1 - i];
  return sum;
}
__attribute__((target("avx,fma"), noinline)) static float dot_fast(const float *from, int count) {
  float sum = 0;
  for (int i = 0; i < count; i++) sum = __builtin_fmaf(from[i], from[count - 1 - i], sum);
  return sum;
}

static void query(unsigned leaf, unsigned *a, unsigned *b, unsigned *c, unsigned *d) {
  *a = *b = *c = *d = 0;
  __get_cpuid_count(leaf, 0, a, b, c, d);
}
NOINLINE static int level(void) {
  unsigned a, b, c, d;
  query(1, &a, &b, &c, &d);
  int level = (c >> 20 & 1) && (c >> 23 & 1) ? 1 : 0;
  if ((c >> 27 & 1) && (c >> 28 & 1) && (c >> 12 & 1)) level = 2;
  return level;
}

#if defined H_SWITCH
NOINLINE static double work(int level) {
  switch (level) {
    case 2: return dot_fast(numbers, 512) + bits_fast(words, 512);
    case 1: return dot_plain(numbers, 512) + bits_fast(words, 512);
    default: return dot_plain(numbers, 512) + bits_plain(words, 512);
  }
}
static double run(void) { return work(level()); }
#elif defined H_ONCE
static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint64_t (*bits)(const uint64_t *, int);
static float (*dot)(const float *, int);
static void choose(void) {
  int best = level();
  bits = best >= 1 ? bits_fast : bits_plain;
  dot = best >= 2 ? dot_fast : dot_plain;
}
static double run(void) {
  pthread_once(&once, choose);
  return dot(numbers, 512) + bits(words, 512);
}
#elif defined H_INDEX
static uint64_t (*const bits[])(const uint64_t *, int) = {bits_plain, bits_fast, bits_fast};
static float (*const dot[])(const float *, int) = {dot_plain, dot_plain, dot_fast};
static double run(void) {
  int best = level();
  return dot[best](numbers, 512) + bits[best](words, 512);
}
#elif defined H_BITFIELD
static struct { unsigned known : 1, bits : 1, dot : 1; } features;
NOINLINE static void detect(void) {
  int best = level();
  features.bits = best >= 1;
  features.dot = best >= 2;
  features.known = 1;
}
static double run(void) {
  if (!features.known) detect();
  double sum = features.dot ? dot_fast(numbers, 512) : dot_plain(numbers, 512);
  return sum + (features.bits ? bits_fast(words, 512) : bits_plain(words, 512));
}
#elif defined H_ACCESSOR
struct features { int known, bits, dot; };
static struct features detected;
NOINLINE static const struct features *features(void) {
  if (!detected.known) {
    int best = level();
    detected = (struct features){1, best >= 1, best >= 2};
  }
  return &detected;
}
static double run(void) {
  double sum = features()->dot ? dot_fast(numbers, 512) : dot_plain(numbers, 512);
  return sum + (features()->bits ? bits_fast(words, 512) : bits_plain(words, 512));
}
#elif defined H_RETURNED_STRUCT
struct features { int bits, dot; unsigned long family; };
NOINLINE static struct features detect(void) {
  int best = level();
  return (struct features){best >= 1, best >= 2, 7};
}
static double run(void) {
  struct features features = detect();
  double sum = features.dot ? dot_fast(numbers, 512) : dot_plain(numbers, 512);
  return sum + (features.bits ? bits_fast(words, 512) : bits_plain(words, 512));
}
#elif defined H_GUARD_INSIDE
NOINLINE static double fast(void) {
  if (level() < 2) return dot_plain(numbers, 512) + bits_plain(words, 512);
  return dot_fast(numbers, 512) + bits_fast(words, 512);
}
static double run(void) { return fast(); }
#elif defined H_CALLBACK
static int compare(const void *a, const void *b) {
  return (int)bits_fast(a, 1) - (int)bits_fast(b, 1);
}
static double run(void) {
  printf("level %d\n", level());
  qsort(words, 512, sizeof *words, compare);
  return (double)words[0];
}
#elif defined H_THREAD
static void *body(void *argument) {
  *(double *)argument = dot_fast(numbers, 512);
  return 0;
}
static double run(void) {
  double result = level();
  pthread_t thread;
  pthread_create(&thread, 0, body, &result);
  pthread_join(thread, 0);
  return result;
}
#elif defined H_AT_EXIT
static void last(void) { printf("%g\n", (double)dot_fast(numbers, 512)); }
static double run(void) {
  atexit(last);
  return level();
}
#elif defined H_ARGUMENT
// only when asked to, and nobody asks
extern int argument_count;
static double run(void) {
  if (argument_count > 3) return dot_fast(numbers, 512);
  return dot_plain(numbers, 512) + (level() >= 1 ? bits_fast(words, 512) : bits_plain(words, 512));
}
#elif defined H_HALF
// one of two kernels is guarded
static double run(void) {
  double sum = dot_fast(numbers, 512);
  return sum + (level() >= 1 ? bits_fast(words, 512) : bits_plain(words, 512));
}
#elif defined H_WRONG_ORDER
// runs first, asks afterwards
static double run(void) {
  double sum = dot_fast(numbers, 512) + bits_fast(words, 512);
  if (level() < 2) {
    fprintf(stderr, "this CPU is too old\n");
    return 1;
  }
  return sum;
}
#elif defined H_ABORT
static double run(void) {
  if (level() < 2) abort();
  return dot_fast(numbers, 512) + bits_fast(words, 512);
}
#else
#error no style
#endif

int argument_count;

int main(int count, char **arguments) {
  (void)arguments;
  argument_count = count;
  for (int i = 0; i < 512; i++) {
    words[i] = (uint64_t)i * 0x9e3779b97f4a7c15u;
    numbers[i] = (float)i * 0.5f;
  }
  printf("%g\n", run());
  return 0;
}
