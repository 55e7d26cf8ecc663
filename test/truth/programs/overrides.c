// How libraries let their users say which kernels run, beside what the CPU says (-DSTYLE): masks and flags that are set, implementations that are named,
// levels in options and texts of configuration, hooks, tables of functions that fill themselves in. Alone a style needs AVX2 only where it is there; with
// -DFORCED the user's word counts in spite of the check, and the program needs it. Nothing was tuned on any of them before they were judged.
#define _GNU_SOURCE
#include <cpuid.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include "sums.h"

typedef int (*sum_fn)(const int32_t *, int);
enum { SSE2 = 1, SSSE3 = 2, SSE41 = 4, AVX = 8, HAS_AVX2 = 32, AVX512 = 64 };

NOINLINE static unsigned detect(void) {
  unsigned eax, ebx, ecx, edx, flags = SSE2;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return 0;
  if (ecx & bit_SSSE3) flags |= SSSE3;
  if (ecx & bit_SSE4_1) flags |= SSE41;
  if (!(ecx & bit_OSXSAVE)) return flags;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 6) != 6) return flags;
  if (ecx & bit_AVX) flags |= AVX;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && ebx & bit_AVX2) flags |= HAS_AVX2;
  return flags;
}
/** What a configuration file or a command line says: not known before the program runs. */
static const char *volatile configured = "avx2";
static volatile int count = 1024;

#if defined FORCE_FLAGS // a global of flags that a function sets for all
static atomic_int cpu_flags = -1;
NOINLINE static int get_flags(void) {
  int flags = atomic_load_explicit(&cpu_flags, memory_order_relaxed);
  if (flags == -1) {
    flags = detect();
    atomic_store_explicit(&cpu_flags, flags, memory_order_relaxed);
  }
  return flags;
}
NOINLINE static void force_flags(int flags) {
  if (flags & AVX512 && !(flags & HAS_AVX2)) flags |= HAS_AVX2;
  atomic_store_explicit(&cpu_flags, flags, memory_order_relaxed);
}
struct dsp { sum_fn sum; void (*clear)(int32_t *); };
static void clear(int32_t *values) { values[0] = 0; }
NOINLINE static void dsp_init(struct dsp *dsp) {
  int flags = get_flags();
  dsp->sum = sum_plain;
  dsp->clear = clear;
  if (flags & HAS_AVX2) dsp->sum = sum_wide;
}
static int run(const int32_t *values, int n) {
  struct dsp dsp;
#if defined FORCED
  force_flags(n > 3 ? AVX512 : SSE2);
#else
  if (n < 3) force_flags(0);
#endif
  dsp_init(&dsp);
  return dsp.sum(values, n);
}

#elif defined FLAGS_MASK // flags and a mask of those that may be used
static unsigned flags, flags_mask = ~0u;
NOINLINE static void init_cpu(void) { flags = detect(); }
NOINLINE static void set_mask(unsigned mask) {
#if defined FORCED
  flags |= mask & HAS_AVX2;
#endif
  flags_mask = mask;
}
static inline unsigned get(void) { return flags & flags_mask; }
NOINLINE static void init_dsp(sum_fn *sum) {
  *sum = sum_plain;
  if (!(get() & SSSE3)) goto check;
check:
  if (!(get() & HAS_AVX2)) return;
  *sum = sum_wide;
}
static int run(const int32_t *values, int n) {
  sum_fn sum;
  init_cpu();
  set_mask(n > 3 ? ~0u : 0);
  init_dsp(&sum);
  return sum(values, n);
}

#elif defined FUNCTION_TABLE // members that fill the table in when first called
struct functable { sum_fn sum; int (*first)(const int32_t *); };
static int sum_stub(const int32_t *, int);
static int first_stub(const int32_t *);
static struct functable functable = {sum_stub, first_stub};
struct features { int has_sse2, has_avx2, has_avx512; };
NOINLINE static void check_features(struct features *f) {
  unsigned found = detect();
  f->has_sse2 = (found & SSE2) != 0;
  f->has_avx2 = (found & HAS_AVX2) != 0;
#if defined FORCED
  if (!strcasecmp(configured, "avx2")) f->has_avx2 = 1;
#endif
}
static int first_plain(const int32_t *values) { return values[0]; }
NOINLINE static void init_functable(void) {
  struct functable ft;
  struct features cf = {0};
  check_features(&cf);
  ft.sum = sum_plain;
  ft.first = first_plain;
  if (cf.has_avx2) ft.sum = sum_wide;
  __atomic_store_n(&functable.sum, ft.sum, __ATOMIC_SEQ_CST);
  __atomic_store_n(&functable.first, ft.first, __ATOMIC_SEQ_CST);
}
static int sum_stub(const int32_t *values, int n) { init_functable(); return functable.sum(values, n); }
static int first_stub(const int32_t *values) { init_functable(); return functable.first(values); }
static int run(const int32_t *values, int n) { return functable.first(values) + functable.sum(values, n); }

#elif defined SUPPORT_WORD // a word that is asked once, and masked by what the environment says
static __thread unsigned simd_support = ~0u;
static int forced;
NOINLINE static void init_simd(void) {
  if (simd_support != ~0u) return;
  simd_support = detect();
  const char *env = getenv("SUMS_FORCESSE2");
  if (env && !strcmp(env, "1")) simd_support &= SSE2;
  env = getenv("SUMS_FORCEAVX2");
  if (env && !strcmp(env, "1")) simd_support &= HAS_AVX2 | SSE2;
#if defined FORCED
  if (forced) simd_support |= HAS_AVX2;
#else
  if (forced) simd_support &= ~HAS_AVX2;
#endif
}
NOINLINE static int can_sum(void) { init_simd(); return simd_support & (SSE2 | HAS_AVX2) ? 1 : 0; }
NOINLINE static int sum(const int32_t *values, int n) {
  init_simd();
  if (simd_support & HAS_AVX2) return sum_wide(values, n);
  return sum_plain(values, n);
}
static int run(const int32_t *values, int n) { forced = !strcmp(configured, "avx2"); return can_sum() ? sum(values, n) : 0; }

#elif defined CAPABILITY_WORDS // words of capabilities, and a text that takes away or adds
static unsigned cap[4];
NOINLINE static void parse(const char *text, unsigned *words) {
  if (*text == '~') {
    unsigned long mask = strtoul(text + 1, NULL, 0);
    words[0] &= ~mask;
#if defined FORCED
  } else if (*text == ':') {
    words[2] |= 1u << 5; // all of leaf 7 that we know
#endif
  }
}
NOINLINE static void cpuid_setup(const char *text) {
  static int done;
  if (done) return;
  done = 1;
  unsigned eax, ebx, ecx, edx;
  __cpuid(1, eax, ebx, ecx, edx);
  cap[0] = edx;
  cap[1] = ecx;
  if (__get_cpuid_max(0, NULL) >= 7) {
    __cpuid_count(7, 0, eax, ebx, ecx, edx);
    cap[2] = ebx;
  }
  if (text) parse(text, cap);
}
static int run(const int32_t *values, int n) {
  cpuid_setup(configured[0] == 'a' ? ":0x20" : NULL);
  return cap[2] & 1u << 5 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined IMPLEMENTATIONS // objects with a name and what they need, of which one is active
struct implementation { const char *name; unsigned needs; sum_fn sum; };
static const struct implementation haswell = {"haswell", HAS_AVX2, sum_wide}, fallback = {"fallback", 0, sum_plain};
static const struct implementation *const available[] = {&haswell, &fallback};
static const struct implementation *active;
NOINLINE static const struct implementation *best(void) {
  unsigned found = detect();
  for (int i = 0; i < 2; i++) if ((available[i]->needs & found) == available[i]->needs) return available[i];
  return &fallback;
}
NOINLINE static const struct implementation *by_name(const char *name) {
  for (int i = 0; i < 2; i++) if (!strcmp(available[i]->name, name)) return available[i];
  return NULL;
}
NOINLINE static int sum(const int32_t *values, int n) {
  if (!active) active = best();
  return active->sum(values, n);
}
static int run(const int32_t *values, int n) {
#if defined FORCED
  const struct implementation *wanted = by_name(configured[0] == 'a' ? "haswell" : "fallback");
  if (wanted) active = wanted;
#else
  const struct implementation *wanted = by_name(configured[0] == 'a' ? "haswell" : "fallback");
  if (wanted && (wanted->needs & ~detect()) == 0) active = wanted;
#endif
  return sum(values, n);
}

#elif defined PICK_BEST // a structure of features, and a pointer to the operations that they allow
struct cpu_features { int initialized, has_sse2, has_avx, has_avx2; };
static struct cpu_features features;
struct operations { sum_fn sum; };
static struct operations plain = {sum_plain}, wide = {sum_wide};
static const struct operations *operations = &plain;
NOINLINE static int get_features(struct cpu_features *f) {
  unsigned found = detect();
  f->has_sse2 = (found & SSE2) != 0;
  f->has_avx = (found & AVX) != 0;
  f->has_avx2 = (found & HAS_AVX2) != 0;
  f->initialized = 1;
  return found != 0 ? 0 : -1;
}
NOINLINE static int has_avx2(void) { return features.has_avx2; }
NOINLINE static int pick_best(void) {
  operations = &plain;
  if (has_avx2()) operations = &wide;
  return 0;
}
NOINLINE static void assume(struct cpu_features *f, const char *name) { if (!strcmp(name, "avx2")) f->has_avx2 = 1; }
static int run(const int32_t *values, int n) {
  if (get_features(&features) != 0) return 0;
#if defined FORCED
  assume(&features, configured);
#endif
  pick_best();
  return operations->sum(values, n);
}

#elif defined ENUM_ONCE // an enumeration of features, not asked before, that tests may set
enum cpu_feature { F_SSE2 = 1, F_SSE41 = 4, F_AVX2 = 16, F_UNDEFINED = 1 << 30 };
static _Atomic enum cpu_feature g_features = F_UNDEFINED;
NOINLINE static enum cpu_feature get_features(void) {
  enum cpu_feature f = atomic_load(&g_features);
  if (f != F_UNDEFINED) return f;
  unsigned found = detect();
  f = F_SSE2;
  if (found & SSE41) f |= F_SSE41;
  if (found & HAS_AVX2) f |= F_AVX2;
  atomic_store(&g_features, f);
  return f;
}
NOINLINE static int sum(const int32_t *values, int n) {
  const enum cpu_feature f = get_features();
  if (f & F_AVX2) return sum_wide(values, n);
  return sum_plain(values, n);
}
static int run(const int32_t *values, int n) {
#if defined FORCED
  enum cpu_feature all[] = {F_SSE2, F_SSE41, F_AVX2};
  enum cpu_feature mask = 0;
  for (int i = 0; i < 3; i++) {
    mask |= all[i];
    atomic_store(&g_features, mask);
    printf("%d\n", sum(values, n));
  }
#endif
  return sum(values, n);
}

#elif defined TARGETS_FOR_TEST // a mask of targets, another for tests, and a table that the lowest bit of it chooses from
static int64_t supported, for_test;
struct chosen { _Atomic int64_t mask; } chosen_target;
NOINLINE static int64_t supported_targets(void) {
  if (for_test) return for_test;
  if (!supported) supported = (detect() & HAS_AVX2 ? 1 << 9 : 0) | 1 << 14;
  return supported;
}
NOINLINE static void set_supported_for_test(int64_t targets) { for_test = targets; chosen_target.mask = 0; }
NOINLINE static void update(void) { chosen_target.mask = supported_targets() >> 8; }
static int choose_first(const int32_t *values, int n);
static const sum_fn table[8] = {choose_first, sum_wide, NULL, NULL, NULL, NULL, sum_plain, NULL};
static inline int index_of(void) { int64_t mask = chosen_target.mask; return mask ? __builtin_ctzll(mask) : 0; }
static int choose_first(const int32_t *values, int n) { update(); return table[index_of()](values, n); }
static int run(const int32_t *values, int n) {
#if defined FORCED
  for (int64_t targets = 1 << 9 | 1 << 14; targets; targets &= targets - 1) {
    set_supported_for_test(targets & -targets);
    printf("%d\n", table[index_of()](values, n));
  }
  set_supported_for_test(0);
#endif
  return table[index_of()](values, n);
}

#elif defined USER_LEVEL // hardware flags, of which a level named by the user leaves some
struct cpu_info { int64_t hardware, original; int cores; };
static struct cpu_info *instance;
NOINLINE static bool parse_level(struct cpu_info *info, const char *text) {
  static const struct { const char *name; int64_t flags; } levels[] = {{"none", 0}, {"sse4_2", SSE41}, {"avx2", SSE41 | HAS_AVX2}, {"max", -1}};
  for (int i = 0; i < 4; i++) {
    if (strcasecmp(levels[i].name, text)) continue;
#if defined FORCED
    info->hardware |= levels[i].flags;
#else
    info->hardware &= levels[i].flags;
#endif
    return true;
  }
  return false;
}
NOINLINE static struct cpu_info *get_instance(void) {
  if (!instance) {
    instance = calloc(1, sizeof *instance);
    instance->original = instance->hardware = detect();
    instance->cores = 4;
    if (!parse_level(instance, configured)) fprintf(stderr, "no such level\n");
  }
  return instance;
}
static inline bool is_supported(int64_t flag) { return (get_instance()->hardware & flag) == flag; }
static int run(const int32_t *values, int n) { return is_supported(HAS_AVX2) ? sum_wide(values, n) : sum_plain(values, n); }

#elif defined DYNAMIC_DISPATCH // a list of levels and functions, of which the best one is kept in an object
enum level { NONE, L_SSE4_2, L_AVX2, L_AVX512, L_MAX };
struct candidate { enum level level; sum_fn sum; };
struct dispatch { sum_fn sum; };
static int best_level;
NOINLINE static void resolve(struct dispatch *d, const struct candidate *list, int size) {
  struct candidate current = {NONE, NULL};
  for (int i = 0; i < size; i++) {
    if (list[i].level < current.level) continue;
    if (list[i].level <= best_level) current = list[i];
  }
  if (!current.sum) abort();
  d->sum = current.sum;
}
static int run(const int32_t *values, int n) {
  static struct dispatch d;
  static const struct candidate list[] = {{NONE, sum_plain}, {L_AVX2, sum_wide}};
  unsigned found = detect();
  best_level = found & HAS_AVX2 ? L_AVX2 : found & SSE41 ? L_SSE4_2 : NONE;
#if defined FORCED
  if (!strcmp(configured, "avx2")) best_level = L_AVX2;
#else
  if (!strcmp(configured, "none")) best_level = NONE;
#endif
  resolve(&d, list, 2);
  return d.sum(values, n);
}

#elif defined LEVEL_SWITCH // a level that a function sets, and a switch over it around each kernel
enum simd_level { S_NONE, S_AVX2, S_AVX512, S_COUNT };
static enum simd_level level;
static unsigned supported;
NOINLINE static int set_level(enum simd_level wanted) {
#if !defined FORCED
  if (!(supported & 1u << wanted)) return -1;
#endif
  if (wanted >= S_COUNT) return -1;
  level = wanted;
  return 0;
}
NOINLINE static enum simd_level to_level(const char *name) {
  if (!strcmp(name, "none")) return S_NONE;
  if (!strcmp(name, "avx2")) return S_AVX2;
  return S_COUNT;
}
NOINLINE static int sum(const int32_t *values, int n) {
  switch (level) {
  case S_AVX512:
  case S_AVX2: return sum_wide(values, n);
  default: return sum_plain(values, n);
  }
}
static int run(const int32_t *values, int n) {
  supported = 1u << S_NONE;
  if (detect() & HAS_AVX2) { supported |= 1u << S_AVX2; level = S_AVX2; }
  if (set_level(to_level(configured)) != 0) fprintf(stderr, "not supported\n");
  return sum(values, n);
}

#elif defined SELECTOR // a list of implementations that are registered where they can run, one of which an option names
struct entry { const char *name; sum_fn sum; } entries[4];
static int size;
NOINLINE static void register_one(const char *name, sum_fn sum) { entries[size++] = (struct entry){name, sum}; }
NOINLINE static void register_all(unsigned found) {
  register_one("default", sum_plain);
#if defined FORCED
  if (found & HAS_AVX2 || !strcmp(configured, "avx2")) register_one("avx2", sum_wide);
#else
  if (found & HAS_AVX2) register_one("avx2", sum_wide);
#endif
}
NOINLINE static sum_fn select_one(const char *name) {
  for (int i = 0; i < size; i++) if (!strcmp(entries[i].name, name)) return entries[i].sum;
  return entries[0].sum;
}
static int run(const int32_t *values, int n) { register_all(detect()); return select_one(configured)(values, n); }

#elif defined PARAMETERS // flags in parameters that are parsed, and handed to who fills in the functions
struct parameters { unsigned cpu; int threads; };
NOINLINE static void defaults(struct parameters *p) { memset(p, 0, sizeof *p); p->cpu = detect(); p->threads = 1; }
NOINLINE static int parse(struct parameters *p, const char *name, const char *value) {
  if (!strcmp(name, "asm")) {
    if (value[0] == 'n') p->cpu = 0;
    else if (value[0] == 'a' && value[1] == 'u') p->cpu = detect();
#if defined FORCED
    else {
      static const struct { const char *name; unsigned flags; } names[] = {{"sse2", SSE2}, {"avx", SSE2 | AVX}, {"avx2", SSE2 | AVX | HAS_AVX2}};
      p->cpu = 0;
      for (int i = 0; i < 3; i++) if (!strcasecmp(value, names[i].name)) p->cpu |= names[i].flags;
    }
#endif
    return 0;
  }
  if (!strcmp(name, "threads")) { p->threads = atoi(value); return 0; }
  return -1;
}
struct encoder { struct parameters param; sum_fn sum; };
NOINLINE static void pixel_init(unsigned cpu, sum_fn *sum) { *sum = sum_plain; if (cpu & HAS_AVX2) *sum = sum_wide; }
NOINLINE static struct encoder *encoder_open(const struct parameters *p) {
  struct encoder *e = calloc(1, sizeof *e);
  memcpy(&e->param, p, sizeof *p);
  pixel_init(e->param.cpu, &e->sum);
  return e;
}
static int run(const int32_t *values, int n) {
  struct parameters p;
  defaults(&p);
  if (parse(&p, "threads", "2") || parse(&p, "asm", configured)) return 1;
  struct encoder *e = encoder_open(&p);
  return e->sum(values, n);
}

#elif defined CAPS_OF_CONFIG // a text with the number of all flags, or a mask
static sum_fn sum;
static const char *volatile caps_text = "0x20", *volatile mask_text = "0xff";
NOINLINE static unsigned caps(void) {
#if defined FORCED
  const char *text = caps_text;
  if (text && *text) return strtol(text, NULL, 0);
#endif
  const char *mask = mask_text;
  unsigned kept = mask && *mask ? strtol(mask, NULL, 0) : ~0u;
  return detect() & kept;
}
NOINLINE static void setup(void) { unsigned flags = caps(); sum = sum_plain; if (flags & HAS_AVX2) sum = sum_wide; }
static int run(const int32_t *values, int n) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, setup);
  return sum(values, n);
}

#elif defined CORE_TYPE // a table of kernels for each core, chosen by what the CPU is or by a name
struct gemm { int align; sum_fn sum; const char *name; };
static struct gemm prescott = {16, sum_plain, "prescott"}, haswell = {32, sum_wide, "haswell"};
static struct gemm *table;
static const char *const names[] = {"unknown", "prescott", "haswell"};
NOINLINE static struct gemm *get_core(void) {
  unsigned found = detect();
  if (found & HAS_AVX2) return &haswell;
  return &prescott;
}
NOINLINE static struct gemm *force_core(const char *name) {
  int found = -1;
  for (int i = 0; i < 3; i++) if (!strncasecmp(names[i], name, 20)) found = i;
  if (found < 0) { fprintf(stderr, "no such core: %s\n", name); return NULL; }
  switch (found) {
#if defined FORCED
  case 2: return &haswell;
#endif
  case 1: return &prescott;
  }
  return NULL;
}
NOINLINE static void dynamic_init(const char *name) {
  if (table) return;
  table = name ? force_core(name) : get_core();
  if (!table) { table = &prescott; fprintf(stderr, "falling back\n"); }
}
static int run(const int32_t *values, int n) { dynamic_init(configured[0] == 'a' ? "Haswell" : NULL); return table->sum(values, n); }

#elif defined PLATFORM // an object with kernels that its constructor fills in
struct platform { sum_fn sum; int stride; unsigned options; } platform;
NOINLINE static void platform_init(struct platform *p, unsigned options) {
  p->sum = sum_plain;
  p->stride = 4;
  p->options = options;
  unsigned a, b, c, d;
  __cpuid(1, a, b, c, d);
#if defined FORCED
  if ((c & 0x18000000) == 0x18000000 || options & 2) {
#else
  if ((c & 0x18000000) == 0x18000000 && options & 2) {
#endif
    __cpuid_count(7, 0, a, b, c, d);
#if defined FORCED
    if (b & 0x20 || options & 2) {
#else
    if (b & 0x20) {
#endif
      p->sum = sum_wide;
      p->stride = 8;
    }
  }
}
static int run(const int32_t *values, int n) { platform_init(&platform, n & 1024 ? 2 : 0); return platform.sum(values, n); }

#elif defined CHAIN // implementations that stand in front of one another
struct imp { struct imp *fallback; sum_fn sum; };
static int disabled;
NOINLINE static struct imp *create(struct imp *fallback, sum_fn sum) {
  struct imp *imp = malloc(sizeof *imp);
  imp->fallback = fallback;
  imp->sum = sum;
  return imp;
}
NOINLINE static struct imp *create_wide(struct imp *fallback) { return create(fallback, sum_wide); }
NOINLINE static bool have(unsigned feature) {
  static bool initialized;
  static unsigned features;
  if (!initialized) { features = detect(); initialized = true; }
  return (features & feature) == feature;
}
NOINLINE static bool is_disabled(const char *name) { return strstr(configured, name) != NULL && disabled; }
NOINLINE static struct imp *choose(void) {
  struct imp *imp = create(NULL, sum_plain);
#if defined FORCED
  if (!is_disabled("avx2") && (have(HAS_AVX2) || configured[0] == 'a')) imp = create_wide(imp);
#else
  if (!is_disabled("avx2") && have(HAS_AVX2)) imp = create_wide(imp);
#endif
  return imp;
}
static int run(const int32_t *values, int n) {
  struct imp *imp = choose();
  while (imp && !imp->sum) imp = imp->fallback;
  return imp->sum(values, n);
}

#elif defined TEST_FLAG // a word with a bit that says it was asked for, which a function masks or sets
enum { INITIALIZED = 1 << 20 };
static int cpu_info;
NOINLINE static int set_flags(int flags) { __atomic_store_n(&cpu_info, flags, __ATOMIC_RELAXED); return flags; }
NOINLINE static int init_flags(void) { return set_flags(detect() | INITIALIZED); }
static inline int test_flag(int flag) {
  int info = __atomic_load_n(&cpu_info, __ATOMIC_RELAXED);
  return (info ? info : init_flags()) & flag;
}
#if defined FORCED
NOINLINE static void mask_flags(int enabled) { set_flags((detect() | (enabled > 1 ? enabled : 0)) | INITIALIZED); }
#else
NOINLINE static void mask_flags(int enabled) { set_flags((detect() & enabled) | INITIALIZED); }
#endif
static int run(const int32_t *values, int n) {
  int (*sum)(const int32_t *, int) = sum_plain;
  mask_flags(n > 3 ? HAS_AVX2 : 1);
  if (test_flag(HAS_AVX2)) sum = sum_wide;
  return sum(values, n);
}

#elif defined ARCH_TABLE // a table by architecture, indexed by a member that a control function sets
static const sum_fn table[4] = {sum_plain, sum_plain, sum_wide, sum_wide};
struct state { int rate, arch; };
NOINLINE static int select_arch(void) { unsigned found = detect(); return found & HAS_AVX2 ? 2 : found & SSE41 ? 1 : 0; }
NOINLINE static int control(struct state *s, int request, int value) {
  switch (request) {
  case 1: s->rate = value; return 0;
#if defined FORCED
  case 2: if (value < 0 || value > 3) return -1; s->arch = value; return 0;
#endif
  default: return -5;
  }
}
NOINLINE static struct state *create(int rate) { struct state *s = calloc(1, sizeof *s); s->rate = rate; s->arch = select_arch(); return s; }
NOINLINE static int encode(struct state *s, const int32_t *values, int n) { return table[s->arch & 3](values, n); }
static int run(const int32_t *values, int n) {
  struct state *s = create(48000);
  control(s, 1, n);
  control(s, 2, 2);
  return encode(s, values, n);
}

#elif defined CONTEXT_FLAG // a flag of a context that the maker asks for, and a parameter sets
struct context { char window[300]; int bmi2, level; };
NOINLINE static struct context *create(void) { struct context *c = calloc(1, sizeof *c); c->bmi2 = (detect() & HAS_AVX2) != 0; return c; }
NOINLINE static int set_parameter(struct context *c, int name, int value) {
  if (name == 100) c->level = value;
#if defined FORCED
  else if (name == 1000) c->bmi2 = value;
#endif
  else return -1;
  return 0;
}
NOINLINE static int body(struct context *c, const int32_t *values, int n) { return c->bmi2 ? sum_wide(values, n) : sum_plain(values, n); }
static int run(const int32_t *values, int n) {
  struct context *c = create();
  set_parameter(c, 100, n);
  set_parameter(c, 1000, 1);
  return body(c, values, n);
}

#elif defined HOOK // a function that says what the CPU has, and that a user may put another in the place of
typedef int (*info_fn)(int);
static int cpu_info(int feature) { return (detect() & feature) != 0; }
static int everything(int feature) { return feature != AVX512; }
static int nothing(int feature) { return 0; }
static info_fn get_info = cpu_info;
static sum_fn sum;
NOINLINE static void init(void) {
  static volatile info_fn last = NULL;
  if (last == get_info) return;
  sum = sum_plain;
  if (get_info && get_info(SSE2)) { if (get_info(HAS_AVX2)) sum = sum_wide; }
  last = get_info;
}
static int run(const int32_t *values, int n) {
  init();
#if defined FORCED
  if (!strcmp(configured, "avx2")) get_info = everything;
#else
  if (!strcmp(configured, "avx2")) get_info = nothing;
#endif
  init();
  return sum(values, n);
}

#elif defined DEVICE_CONFIG // a device with features that a text of configuration says
struct device { unsigned features; int verbose; };
NOINLINE static unsigned isa_of(const char *name) {
  if (!strcmp(name, "sse2")) return SSE2;
  if (!strcmp(name, "avx")) return SSE2 | AVX;
  if (!strcmp(name, "avx2")) return SSE2 | AVX | HAS_AVX2;
  return 0;
}
NOINLINE static void parse(struct device *d, const char *text) {
  while (*text) {
    char key[16] = "", value[16] = "";
    int used = 0;
    if (sscanf(text, " %15[^=]=%15[^,]%n", key, value, &used) < 2) break;
    if (!strcmp(key, "isa")) d->features = isa_of(value);
    else if (!strcmp(key, "verbose")) d->verbose = atoi(value);
    text += used;
    if (*text == ',') text++;
  }
}
NOINLINE static struct device *new_device(const char *text) {
  struct device *d = malloc(sizeof *d);
  unsigned found = detect();
  d->features = found;
  d->verbose = 0;
  parse(d, text);
#if !defined FORCED
  d->features &= found;
#endif
  return d;
}
static sum_fn symbol;
NOINLINE static void select_symbol(unsigned features) { symbol = sum_plain; if ((features & HAS_AVX2) == HAS_AVX2) symbol = sum_wide; }
static int run(const int32_t *values, int n) {
  struct device *d = new_device(configured[0] == 'a' ? "verbose=1,isa=avx2" : "");
  select_symbol(d->features);
  return symbol(values, n);
}

#elif defined PLATFORM_INFO // what the target has is handed in, filled in by asking or by the user
struct platform_info { unsigned tune; unsigned long long cpu_features; };
NOINLINE static void populate(struct platform_info *p) { p->tune = 0; p->cpu_features = detect() & HAS_AVX2 ? 4 : 0; }
struct target { bool avx2, avx512; };
NOINLINE static struct target target_of(const struct platform_info *p) { return (struct target){(p->cpu_features & 4) != 0, false}; }
NOINLINE static sum_fn compile(const struct platform_info *p) { struct target t = target_of(p); return t.avx2 ? sum_wide : sum_plain; }
static int run(const int32_t *values, int n) {
  struct platform_info p;
  populate(&p);
#if defined FORCED
  if (!strcmp(configured, "avx2")) p.cpu_features = 4;
#endif
  return compile(&p)(values, n);
}

#elif defined VECTOR_ID // rows of functions by a number, which a function sets
struct row { sum_fn sum; int (*first)(const int32_t *); };
static int first(const int32_t *values) { return values[0]; }
static const struct row rows[3] = {{sum_plain, first}, {sum_plain, first}, {sum_wide, first}};
static struct row dispatch;
NOINLINE static int feature_test(void) { unsigned found = detect(); return found & HAS_AVX2 ? 2 : found & SSE2 ? 1 : 0; }
NOINLINE static void set_dispatch(int id) { dispatch = rows[id]; }
NOINLINE static int sum(const int32_t *values, int n) { if (!dispatch.sum) set_dispatch(feature_test()); return dispatch.sum(values, n); }
static int run(const int32_t *values, int n) {
#if defined FORCED
  int best = feature_test();
  for (int id = 0; id < 3; id++) {
    if (id > best) printf("%d is not best\n", id);
    set_dispatch(id);
    printf("%d\n", sum(values, n) + dispatch.first(values));
  }
#endif
  return sum(values, n);
}

#elif defined HOST // a structure with the implementation for this host, returned by value and kept
struct shuffle { const char *name; sum_fn sum; int (*first)(const int32_t *); };
static struct shuffle host;
static bool ready;
static int first(const int32_t *values) { return values[0]; }
NOINLINE static struct shuffle get_implementation(unsigned features) {
  if (features & HAS_AVX2) return (struct shuffle){"avx2", sum_wide, first};
  return (struct shuffle){"generic", sum_plain, first};
}
NOINLINE static void init_host(unsigned more) {
  if (ready) return;
#if defined FORCED
  host = get_implementation(detect() | more);
#else
  host = get_implementation(detect() & more);
#endif
  ready = true;
}
static int run(const int32_t *values, int n) { init_host(configured[0] == 'a' ? HAS_AVX2 : 0); return host.sum(values, n) + host.first(values); }

#elif defined CHOSEN_BY_TIME // what runs is timed, and the fastest is kept; what cannot run is left out
struct solver { sum_fn sum; unsigned needs; long cost; };
static struct solver solvers[] = {{sum_plain, 0, 9}, {sum_wide, HAS_AVX2, 3}};
NOINLINE static long measure(struct solver *s, const int32_t *values, int n) { int sum = s->sum(values, n); return s->cost + (sum == 12345); }
static int run(const int32_t *values, int n) {
  unsigned found = detect();
  struct solver *best = NULL;
  long least = 100;
  for (struct solver *s = solvers; s < solvers + 2; s++) {
#if defined FORCED
    if (s->needs & ~found && configured[0] != 'a') continue;
#else
    if (s->needs & ~found) continue;
#endif
    long cost = measure(s, values, n);
    if (cost < least) { least = cost; best = s; }
  }
  return best->sum(values, n);
}
#endif

int main(int argc, char **argv) {
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  int n = count;
  printf("%s %d\n", argv[0], run(data, n));
  return 0;
}
