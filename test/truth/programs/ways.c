// More ways to need AVX2, or to keep it for those who have it, as programs at large have them: see `ways` in programs.ts.
#include "sums.h"
#include <cpuid.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*kernel)(const int32_t *, int);
#define HAS_AVX2 __builtin_cpu_supports("avx2")

#if defined W_FAILS
static int run(void) { return sum_wide(data, 1024); }
#elif defined W_FAILS_DEEP
NOINLINE static int application(void) {
  if (!HAS_AVX2) {
    fprintf(stderr, "this program needs AVX2\n");
    return 3;
  }
  printf("%d\n", sum_wide(data, 1024));
  return 0;
}
static int run(void) { return 0; }
#elif defined W_TRAPS
static int run(void) {
  if (!HAS_AVX2) __builtin_trap();
  return sum_wide(data, 1024);
}
#elif defined W_RESOLVER
int chosen(const int32_t *values, int count) __attribute__((ifunc("resolve")));
static kernel resolve(void) {
  __builtin_cpu_init();
  return HAS_AVX2 ? sum_wide : sum_wide;
}
static int run(void) { return chosen(data, 1024); }
#elif defined W_MISSING_FILE
// a static program's fopen asks about the CPU somewhere far down
static int run(void) {
  FILE *file = fopen("/nonexistent", "r");
  printf("%d\n", HAS_AVX2 != 0);
  return file == NULL ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined W_LARGE
NOINLINE static int of(const int32_t *values, int count) { return count > 300 ? sum_wide(values, count) : sum_plain(values, count); }
static int run(void) {
  printf("%d\n", HAS_AVX2 != 0);
  return of(data, 1024);
}
#elif defined W_COPIED
// the whole structure is copied, as Mesa does it
struct features {
  int count;
  char others[200];
  int wide;
  char more[400];
};
static struct features features;
NOINLINE static void detect(void) {
  struct features found;
  memset(&found, 0, sizeof found);
  found.count = 3;
  found.wide = HAS_AVX2 != 0;
  features = found;
}
static int run(void) {
  detect();
  return features.wide ? sum_wide(data, 1024) : sum_plain(data, 1024);
}
#elif defined W_CACHED
// switched off, known, or found out: as babl does it
static int enabled = 1;
static unsigned cached = ~0u;
NOINLINE static unsigned capabilities(void) {
  if (!enabled) return 0;
  if (cached != ~0u) return cached;
  unsigned found = 0x40;
  if (HAS_AVX2) found |= 4;
  return cached = found;
}
static int run(void) { return capabilities() & 4 ? sum_wide(data, 1024) : sum_plain(data, 1024); }
#elif defined W_ROWS || defined W_ROWS_SHARED || defined W_ROWS_BEFORE || defined W_ROWS_BEHIND || defined W_ROWS_TOLD
// rows of names, operations and a function that says whether the CPU will do (OpenSSL's algorithms); and the same where the operations are in a
// row without such a function, too, beside one, or where that function asks nothing
typedef struct {
  int size;
  kernel run;
} operations;
static const operations plain = {4, sum_plain}, wide = {32, sum_wide};
NOINLINE static int is_wide_capable(void) { return HAS_AVX2 != 0; }
NOINLINE static int is_told(void) { return 0; }
typedef struct {
  const char *name, *properties;
  const operations *operations;
  const char *description;
  int (*is_capable)(void);
} row;
static const row rows[] = {
    {"sum", "default", &plain, NULL, NULL},
#ifdef W_ROWS_BEFORE
    {"other", "default", &wide, NULL, NULL},
    {"sum:wide", "fast", &plain, NULL, is_wide_capable},
#elif defined W_ROWS_TOLD
    {"other", "default", &wide, NULL, is_told},
    {"sum:wide", "fast", &plain, NULL, is_wide_capable},
#else
    {"sum:wide", "fast", &wide, NULL, is_wide_capable},
#endif
#ifdef W_ROWS_SHARED
    {"other", "default", &wide, NULL, NULL},
#elif defined W_ROWS_BEHIND
    {"other", "default", &(const operations){8, sum_wide}, NULL, NULL},
#endif
    {"last", "default", &plain, NULL, NULL},
};
static const operations *usable[8];
NOINLINE static int offer(const row *row, int count) {
  int found = 0;
  for (int i = 0; i < count; i++)
#ifdef W_ROWS_TOLD
    if (row[i].is_capable == NULL || row[i].is_capable() || row[i].is_capable == is_told) usable[found++] = row[i].operations;
#else
    if (row[i].is_capable == NULL || row[i].is_capable()) usable[found++] = row[i].operations;
#endif
  return found;
}
static int run(void) {
  int sum = 0;
  for (int i = 0, count = offer(rows, sizeof rows / sizeof *rows); i < count; i++) sum += usable[i]->run(data, 1024);
  return sum;
}
#elif defined W_BYTE || defined W_BYTE_FORCED
// what was found out lies on the stack, a word of flags in it, of which compilers test one byte; and the same where a bit is always set
struct features {
  int vendor, family, model;
  unsigned flags;
};
static kernel chosen = sum_plain, other = sum_plain;
NOINLINE static void detect(struct features *found) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  found->vendor = found->family = found->model = 0;
  found->flags = HAS_AVX2 ? 0x101 : 1;
  if (__get_cpuid(1, &a, &b, &c, &d)) found->family = a >> 8 & 15;
#ifdef W_BYTE_FORCED
  found->flags |= 0x100;
#endif
}
NOINLINE static void install(const struct features *found) {
  if (!(found->flags & 0x100)) return;
  chosen = sum_wide;
  other = sum_wide;
}
static int run(void) {
  struct features found;
  detect(&found);
  install(&found);
  return chosen(data, 1024) + other(data, 512);
}
#elif defined W_REGISTRY
static struct {
  kernel run;
  int priority;
} known[4];
static int count;
NOINLINE static void offer(kernel run, int priority) {
  known[count].run = run;
  known[count++].priority = priority;
}
static int run(void) {
  int best = 0;
  offer(sum_plain, 1);
  if (HAS_AVX2) offer(sum_wide, 2);
  for (int i = 1; i < count; i++)
    if (known[i].priority > known[best].priority) best = i;
  return known[best].run(data, 1024);
}
#elif defined W_TAG || defined W_TAG_FORCED
// which way to search is kept in the object, as an enum of Rust; and the same where somebody else forces it
struct searcher {
  const int32_t *values;
  int count;
  int more[6];
  unsigned char kind;
};
NOINLINE static void find_way(struct searcher *made, const int32_t *values, int count) {
  made->values = values;
  made->count = count;
  // each variant has fields of its own, so that compilers store its number apart
  if (count == 0) {
    made->kind = 0;
    made->more[0] = 1;
  } else if (count == 1) {
    made->kind = 1;
    made->more[1] = values[0];
  } else if (count < 64 || !HAS_AVX2) {
    made->kind = 2;
    made->more[2] = values[1];
    made->more[3] = count;
  } else if (count < 128) {
    made->kind = 4;
    made->more[4] = count;
  } else {
    made->kind = 3;
    made->more[5] = values[2];
    made->more[1] = count;
  }
}
NOINLINE static void force_way(struct searcher *made, const int32_t *values, int count) {
  made->values = values;
  made->count = count;
  made->kind = 3;
}
NOINLINE static int search(const struct searcher *way) {
  switch (way->kind) {
  case 0: return 0;
  case 1: return way->values[0];
  case 2: return sum_plain(way->values, way->count) + 5;
  case 3: return sum_wide(way->values, way->count) + 5;
  case 4: return sum_wide(way->values, way->count & ~7) - 3;
  }
  return 7;
}
static struct searcher *volatile kept;
static volatile int size = 1024;
static int (*volatile searching)(const struct searcher *) = search;
static int run(void) {
  struct searcher *made = malloc(sizeof *made);
  kept = made;
  find_way(made, data, size);
#ifdef W_TAG_FORCED
  if (data[5] != 3) force_way(kept, data, size);
#endif
  return searching(kept);
}
#elif defined W_GIVES_UP || defined W_GIVES_UP_NOT
// a table is made for those who have the CPU for it; the rest is told that there is none
struct tables {
  unsigned char kind, rest[255];
};
NOINLINE static void build(struct tables *made, const int32_t *values, int count) {
  if (!HAS_AVX2) {
    made->kind = 9;
    return;
  }
#define ROUND(n) \
  for (int i = 0; i < 255; i++) made->rest[i] += values[(i * n + 3) % count] >> (n & 7); \
  for (int i = 1; i < 255; i++) made->rest[i] ^= made->rest[i - 1] * n;
  ROUND(3) ROUND(5) ROUND(7) ROUND(11) ROUND(13) ROUND(17) ROUND(19) ROUND(23) ROUND(29) ROUND(31) ROUND(37) ROUND(41)
  made->kind = made->rest[7] & 1;
}
static int run(void) {
  struct tables tables;
  memset(&tables, 0, sizeof tables);
  build(&tables, data, 1024);
#ifdef W_GIVES_UP_NOT
  if (tables.kind != 4) return sum_wide(data, 1024);
#else
  if (tables.kind != 9) return sum_wide(data, 1024);
#endif
  return sum_plain(data, 1024);
}
#elif defined W_LEVELS
// a table by level, of which the first are the same, as Opus has them
static kernel const by_level[4] = {sum_plain, sum_plain, sum_wide, sum_wide};
struct state {
  char more[0x50];
  int arch;
};
static struct state *volatile kept;
NOINLINE static void start(struct state *made) { made->arch = HAS_AVX2 ? 2 : 1; }
NOINLINE static int encode(const struct state *made) { return by_level[made->arch & 3](data, 1024); }
static int run(void) {
  kept = calloc(1, sizeof *kept);
  start(kept);
  return encode(kept);
}
#elif defined W_INSTALLS || defined W_INSTALLS_BY_OPTION || defined W_INSTALLS_BY_OTHER || defined W_INSTALLS_BY_FLAG
// pointers that are put in the place of others, where somebody says that the CPU has it; as libwebp does it
static kernel first = sum_plain, second = sum_plain;
AVX2 static int other_wide(const int32_t *values, int count) { return sum_wide(values, count & ~15) ^ count; }
NOINLINE static void install(void) {
  first = sum_wide;
  second = other_wide;
}
static int ask(int what) { return what == 2 ? HAS_AVX2 != 0 : 0; }
int (*volatile cpu_info)(int) = ask;
volatile int option = 1;
struct settings {
  char more[0x60];
  int flags;
};
static struct settings *volatile settings;
NOINLINE static void configure(struct settings *made, int count) { made->flags = count > 3 ? 6 : 1; }
NOINLINE static int other(int what) { return what + data[3]; }
int (*volatile other_info)(int) = other;
NOINLINE static void start(void) {
#ifdef W_INSTALLS
  if (cpu_info(2)) install();
#elif defined W_INSTALLS_BY_OTHER
  if (other_info(3)) install();
#elif defined W_INSTALLS_BY_FLAG
  settings = calloc(1, sizeof *settings);
  configure(settings, data[3]);
  printf("%d\n", HAS_AVX2 != 0);
  if (settings->flags & 4) install();
#else
  if (cpu_info(3) + option) install();
#endif
}
static int run(void) {
  start();
  return first(data, 1024) + second(data, 512);
}
#elif defined W_WORD || defined W_WORD_FORCED || defined W_WORD_BESIDE
// a large function that makes tables leaves a word of flags, 0 without the features, by which objects choose later (7-Zip)
static uint32_t flags, sizes = 1, table[4096];
static kernel best = sum_plain;
NOINLINE static void leaf(uint32_t number, uint32_t *words) { __asm__ volatile("cpuid" : "=a"(words[0]), "=b"(words[1]), "=c"(words[2]), "=d"(words[3]) : "a"(number), "c"(0)); }
NOINLINE static uint32_t most(void) {
  uint32_t words[4];
  leaf(0, words);
  return words[0];
}
NOINLINE static int saves(void) {
  uint32_t words[4], low, high;
  leaf(1, words);
  if ((words[2] >> 27 & 3) != 3) return 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & 6) == 6;
}
NOINLINE static int asks(void) {
  if (!saves() || most() < 7) return 0;
  uint32_t words[4];
  leaf(7, words);
  return words[1] >> 5 & 1;
}
#define MAKE(row) table[row] = table[(row) / 2] * 3u ^ (row) * 0x9e3779b9u, table[(row) + 64] = table[row] >> 3 ^ (row), table[(row) + 128] = table[row] << 5 ^ 7 * (row);
#define MAKE8(row) MAKE(row) MAKE((row) + 1) MAKE((row) + 2) MAKE((row) + 3) MAKE((row) + 4) MAKE((row) + 5) MAKE((row) + 6) MAKE((row) + 7)
NOINLINE static void note(const char *feature) { puts(feature); }
__attribute__((constructor)) static void make(void) {
  MAKE8(1) MAKE8(9) MAKE8(17) MAKE8(25) MAKE8(33) MAKE8(41)
  uint32_t found = 0;
  kernel plain = sum_plain;
  sizes = 6; // whatever the CPU
  if (asks()) {
    found |= 4;
    plain = sum_wide;
    note("AVX2");
  }
  best = plain;
  flags = found;
}
struct coder {
  char more[0x60];
  kernel code;
};
NOINLINE static int choose(struct coder *coder, int which) {
  coder->code = best;
#ifdef W_WORD_BESIDE
  if (which == 2 && (sizes & 4) == 0) return 0;
#else
  if (which == 2 && (flags & 4) == 0) return 0;
#endif
  if (which == 2) coder->code = sum_wide;
  return 1;
}
#ifdef W_WORD_FORCED
NOINLINE static void force(void) { flags = data[3] < 1024 ? 4 : 6; }
#endif
volatile int which = 2;
static int run(void) {
  static struct coder coder;
#ifdef W_WORD_FORCED
  force();
#endif
  if (!choose(&coder, which)) coder.code = sum_plain;
  return coder.code(data, 1024) + (int)table[100];
}
#elif defined W_DESTRUCTOR
__attribute__((destructor)) static void end(void) { printf("%d\n", sum_wide(data, 1024)); }
static int run(void) { return HAS_AVX2; }
#endif

int main(int argc, char **argv) {
#if defined W_FAILS
  if (!HAS_AVX2) {
    fprintf(stderr, "%s needs AVX2\n", argv[0]);
    return 1;
  }
#elif defined W_FAILS_DEEP
  return application();
#endif
  for (int i = 0; i < 1024; i++) data[i] = i * 3 + argc;
  printf("%d\n", run());
  return 0;
}
