// Where C programs keep the level that they run at, and who may raise it (-DSTYLE, and -DFORCED where the user's word counts in spite of the check): bits of a
// word, copies of configurations, tables by level, threads, environments, options by their letters. Nothing was tuned on any of them before they were judged.
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include "sums.h"

typedef int (*sum_fn)(const int32_t *, int);
enum level { L_NONE, L_SSE41, L_AVX2, L_COUNT };

NOINLINE static int detect(void) {
  unsigned eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_SSE4_1)) return L_NONE;
  if (!(ecx & bit_OSXSAVE) || !__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return L_SSE41;
  return ebx & bit_AVX2 ? L_AVX2 : L_SSE41;
}
/** What a configuration file or a command line says: not known before the program runs. */
static const char *volatile configured = "avx2";
static volatile int count = 1024;
/** Not made anew for what it is called with. */
#define SETTER __attribute__((noinline, noclone))
static inline int at_most(int a, int b) { return a < b ? a : b; }

#if defined POINTERS_BY_LEVEL // an array of functions, indexed by the level that an option names
static const sum_fn by_level[L_COUNT] = {sum_plain, sum_plain, sum_wide};
static int level;
NOINLINE static int level_of(const char *name) {
  if (!strcmp(name, "avx2")) return L_AVX2;
  if (!strcmp(name, "sse4.1")) return L_SSE41;
  return L_NONE;
}
static int run(const int32_t *values, int n) {
#if defined FORCED
  level = level_of(configured);
  if (level == L_NONE) level = detect();
#else
  level = at_most(level_of(configured), detect());
#endif
  return by_level[level](values, n);
}

#elif defined CONFIG_COPIED // a configuration by default, copied by value and changed
struct config { int threads, level; const char *name; bool verbose; };
NOINLINE static struct config defaults(void) { return (struct config){4, detect(), "default", false}; }
NOINLINE static int work(struct config config, const int32_t *values, int n) { return config.level >= L_AVX2 ? sum_wide(values, n) : sum_plain(values, n); }
static int run(const int32_t *values, int n) {
  struct config config = defaults(), mine = config;
  mine.threads = n;
#if defined FORCED
  if (!strcmp(configured, "avx2")) mine.level = L_AVX2;
#else
  if (!strcmp(configured, "none")) mine.level = L_NONE;
#endif
  return work(mine, values, n);
}

#elif defined CONFIG_POINTED // the same, handed on by its address to who reads options
struct config { int threads, level; const char *name; bool verbose; };
NOINLINE static void defaults(struct config *config) { *config = (struct config){4, detect(), "default", false}; }
NOINLINE static void read_options(struct config *config, const char *option) {
#if defined FORCED
  if (!strcmp(option, "avx2")) config->level = L_AVX2;
#endif
  if (!strcmp(option, "none")) config->level = L_NONE;
  if (!strcmp(option, "verbose")) config->verbose = true;
}
NOINLINE static int work(const struct config *config, const int32_t *values, int n) { return config->level >= L_AVX2 ? sum_wide(values, n) : sum_plain(values, n); }
static int run(const int32_t *values, int n) {
  struct config config;
  defaults(&config);
  read_options(&config, configured);
  return work(&config, values, n);
}

#elif defined WANTED_AND_FOUND // the lesser of what is wanted and what there is
static int wanted = L_AVX2;
NOINLINE static int effective(void) {
  const int found = detect();
#if defined FORCED
  return wanted > found ? wanted : found;
#else
  return at_most(wanted, found);
#endif
}
static int run(const int32_t *values, int n) {
  if (!strcmp(configured, "none")) wanted = L_NONE;
  return effective() == L_AVX2 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined BIT_FIELD // a level in a few bits of a word
static struct { unsigned ready : 1, level : 3, threads : 12; } state;
NOINLINE static void set_up(void) {
  if (state.ready) return;
  state.level = detect();
  state.threads = 8;
  state.ready = 1;
}
NOINLINE static void option(const char *name) {
#if defined FORCED
  if (!strcmp(name, "avx2")) state.level = L_AVX2;
#endif
  if (!strcmp(name, "none")) state.level = L_NONE;
}
static int run(const int32_t *values, int n) {
  set_up();
  option(configured);
  return state.level == L_AVX2 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined THREADS_LEVEL // each thread has a level, and whoever starts it may say another
static __thread int level = -1;
NOINLINE static int get_level(void) { return level >= 0 ? level : (level = detect()); }
NOINLINE static void set_level(int wanted) {
#if defined FORCED
  level = wanted;
#else
  level = at_most(wanted, get_level());
#endif
}
NOINLINE static int sum(const int32_t *values, int n) { return get_level() == L_AVX2 ? sum_wide(values, n) : sum_plain(values, n); }
static int result;
static void *in_thread(void *size) { set_level(L_AVX2); result = sum(data, *(int *)size); return NULL; }
static int run(const int32_t *values, int n) {
  pthread_t thread;
  pthread_create(&thread, NULL, in_thread, &n);
  pthread_join(thread, NULL);
  return result + sum(values, n) * 0;
}

#elif defined BY_LETTERS // the first letters of an option
static int level;
NOINLINE static void parse(const char *option) {
  switch (option[0]) {
  case 'n': level = L_NONE; break;
  case 's': level = at_most(L_SSE41, level); break;
#if defined FORCED
  case 'a': if (option[3] == '2') level = L_AVX2; break;
#endif
  }
}
static int run(const int32_t *values, int n) {
  level = detect();
  parse(configured);
  return level == L_AVX2 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined CALLBACK_RAISES // who is called back may lower the level, or raise it
typedef int (*adjust_fn)(int level);
static adjust_fn adjust;
static int lower(int level) { return level > L_SSE41 ? L_SSE41 : level; }
static int raise_it(int level) { return level < L_AVX2 ? L_AVX2 : level; }
NOINLINE static int get_level(void) { const int found = detect(); return adjust ? adjust(found) : found; }
static int run(const int32_t *values, int n) {
#if defined FORCED
  if (!strcmp(configured, "avx2")) adjust = raise_it;
#else
  if (!strcmp(configured, "avx2")) adjust = lower;
#endif
  return get_level() == L_AVX2 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined CALLBACK_TAKEN // the same, handed over to who asks
NOINLINE static int lower(int level) { return level > L_SSE41 ? L_SSE41 : level; }
NOINLINE static int raise_it(int level) { return level < L_AVX2 ? L_AVX2 : level; }
NOINLINE static int level_with(int (*adjust)(int)) { return adjust(detect()); }
static int run(const int32_t *values, int n) {
#if defined FORCED
  return level_with(n > 3 ? raise_it : lower) == L_AVX2 ? sum_wide(values, n) : sum_plain(values, n);
#else
  return level_with(lower) == L_AVX2 ? sum_wide(values, n) : sum_plain(values, n);
#endif
}

#elif defined RESOLVER // a resolver of IFUNC, which asks a variable that an initializer of the program sets
static int allowed = L_AVX2;
NOINLINE static sum_fn resolve_it(void) { return sum_plain; }
static sum_fn resolve(void) {
  __builtin_cpu_init();
#if defined FORCED
  if (__builtin_cpu_supports("avx2") || allowed == L_AVX2) return sum_wide;
#else
  if (__builtin_cpu_supports("avx2") && allowed == L_AVX2) return sum_wide;
#endif
  return resolve_it();
}
int sum(const int32_t *, int) __attribute__((ifunc("resolve")));
static int run(const int32_t *values, int n) { if (n < 3) allowed = L_NONE; return sum(values, n); }

#elif defined SHIFTED // bits of all levels up to the one that there is, and a mask
static unsigned bits;
NOINLINE static void init(void) { bits = (2u << detect()) - 1; }
NOINLINE static void with(unsigned more, unsigned less) {
#if defined FORCED
  bits |= more;
#endif
  bits &= ~less;
}
static int run(const int32_t *values, int n) {
  init();
  with(n > 3 ? 1u << L_AVX2 : 0, 0);
  return bits >> L_AVX2 & 1 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined COMPARE_AND_SWAP // a level that is set once, by whoever comes first
static atomic_int level = -1;
NOINLINE static void set_once(int wanted) { int unset = -1; atomic_compare_exchange_strong(&level, &unset, wanted); }
NOINLINE static int get(void) { set_once(detect()); return atomic_load(&level); }
static int run(const int32_t *values, int n) {
#if defined FORCED
  set_once(L_AVX2);
#else
  set_once(at_most(L_AVX2, detect()));
#endif
  return get() == L_AVX2 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined ONCE // pthread_once, and an option that is looked at before or after
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sum_fn chosen = sum_plain;
static void choose(void) { if (detect() == L_AVX2) chosen = sum_wide; }
NOINLINE static void use(const char *name) {
  pthread_once(&once, choose);
#if defined FORCED
  if (!strcmp(name, "avx2")) chosen = sum_wide;
#endif
  if (!strcmp(name, "none")) chosen = sum_plain;
}
static int run(const int32_t *values, int n) { use(configured); return chosen(values, n); }

#elif defined X_MACRO // a list of kernels, from which enumerators, names and functions are made
#define KERNELS(X) X(plain, L_NONE) X(wide, L_AVX2)
enum kernel {
#define X(name, needs) K_##name,
  KERNELS(X)
#undef X
};
static const char *const names[] = {
#define X(name, needs) #name,
  KERNELS(X)
#undef X
};
static const int needed[] = {
#define X(name, needs) needs,
  KERNELS(X)
#undef X
};
NOINLINE static int call(enum kernel kernel, const int32_t *values, int n) {
  switch (kernel) {
#define X(name, needs) case K_##name: return sum_##name(values, n);
    KERNELS(X)
#undef X
  }
  return 0;
}
NOINLINE static enum kernel find(const char *name) {
  for (int i = 0; i < 2; i++) {
#if defined FORCED
    if (!strcmp(names[i], name)) return i;
#else
    if (!strcmp(names[i], name) && needed[i] <= detect()) return i;
#endif
  }
  return needed[K_wide] <= detect() ? K_wide : K_plain;
}
static int run(const int32_t *values, int n) { return call(find(configured[0] == 'a' ? "wide" : "plain"), values, n); }

#elif defined WEAK // a hook that whoever links it may define
#if defined FORCED
int user_level(void) { return L_AVX2; }
#else
int user_level(void) __attribute__((weak));
#endif
NOINLINE static int get_level(void) { return user_level ? user_level() : detect(); }
static int run(const int32_t *values, int n) { return get_level() == L_AVX2 ? sum_wide(values, n) : sum_plain(values, n); }

#elif defined LOOKED_UP // a symbol that is looked up in the program
#if defined FORCED
__attribute__((visibility("default"))) int sums_level = L_AVX2;
#else
__attribute__((visibility("default"))) int sums_level = -1;
#endif
NOINLINE static int get_level(void) {
  const int *said = dlsym(RTLD_DEFAULT, "sums_level");
  if (!said) said = &sums_level;
  return *said >= 0 ? *said : detect();
}
static int run(const int32_t *values, int n) { return get_level() == L_AVX2 ? sum_wide(values, n) : sum_plain(values, n); }

#elif defined CODEC // a context that is allocated, with options that have names
struct codec { int width, height; int flags; sum_fn sum; };
NOINLINE static struct codec *codec_new(void) {
  struct codec *codec = calloc(1, sizeof *codec);
  codec->flags = detect();
  return codec;
}
NOINLINE static int codec_set(struct codec *codec, const char *key, int value) {
  if (!strcmp(key, "width")) codec->width = value;
  else if (!strcmp(key, "height")) codec->height = value;
#if defined FORCED
  else if (!strcmp(key, "cpuflags")) codec->flags = value;
#endif
  else return -1;
  return 0;
}
NOINLINE static void codec_open(struct codec *codec) {
  codec->sum = sum_plain;
  if (codec->flags >= L_AVX2) codec->sum = sum_wide;
}
static int run(const int32_t *values, int n) {
  struct codec *codec = codec_new();
  codec_set(codec, "width", n);
  codec_set(codec, "cpuflags", L_AVX2);
  codec_open(codec);
  return codec->sum(values, n);
}

#elif defined COPIED_OVER // a default object, of which everybody has a copy
struct engine { int level, size; char name[24]; };
static struct engine base = {-1, 0, "base"};
NOINLINE static void engine_init(struct engine *engine) {
  if (base.level < 0) base.level = detect();
  memcpy(engine, &base, sizeof base);
}
NOINLINE static int engine_run(const struct engine *engine, const int32_t *values) { return engine->level >= L_AVX2 ? sum_wide(values, engine->size) : sum_plain(values, engine->size); }
static int run(const int32_t *values, int n) {
  struct engine engine;
  engine_init(&engine);
  engine.size = n;
#if defined FORCED
  if (!strcmp(configured, "avx2")) engine.level = L_AVX2;
#else
  if (!strcmp(configured, "avx2")) engine.name[0] = 'x';
#endif
  return engine_run(&engine, values);
}

#elif defined PROFILE // rows of settings, of which one is the default, and one has the level that was found
struct profile { const char *name; int level, block; };
static struct profile profiles[] = {{"auto", -1, 64}, {"small", L_NONE, 16}, {"avx2", L_AVX2, 128}};
NOINLINE static struct profile *find(const char *name) {
  for (int i = 0; i < 3; i++) if (!strcmp(profiles[i].name, name)) return &profiles[i];
  return &profiles[0];
}
static int run(const int32_t *values, int n) {
  profiles[0].level = detect();
#if !defined FORCED
  profiles[2].level = at_most(L_AVX2, profiles[0].level);
#endif
  const struct profile *profile = find(configured);
  return profile->level >= L_AVX2 ? sum_wide(values, n) : sum_plain(values, n);
}

#elif defined RETURNED_ROW // the row of a table that is returned by its address
struct target { int level; sum_fn sum; };
static const struct target targets[] = {{L_NONE, sum_plain}, {L_AVX2, sum_wide}};
NOINLINE static const struct target *pick(int level) {
  const struct target *best = targets;
  for (int i = 1; i < 2; i++) if (targets[i].level <= level) best = &targets[i];
  return best;
}
static int run(const int32_t *values, int n) {
#if defined FORCED
  const struct target *target = pick(!strcmp(configured, "avx2") ? L_AVX2 : detect());
#else
  const struct target *target = pick(!strcmp(configured, "none") ? L_NONE : detect());
#endif
  return target->sum(values, n);
}

#elif defined GIVEN_OPTIONS // options that a check fills in, and that a setter is given the address of
struct options { int threads, level; const char *name; };
static struct options options, others;
SETTER static void prefer(struct options *given, const char *name) {
  given->threads = 2;
#if defined FORCED
  if (name[0] == 'a') given->level = L_AVX2;
#else
  given->name = name;
#endif
}
NOINLINE static int work(const int32_t *values, int n) { return options.level >= L_AVX2 ? sum_wide(values, n) : sum_plain(values, n); }
static int run(const int32_t *values, int n) {
  options.level = detect();
  prefer(&others, "other");
  prefer(&options, configured);
  return work(values, n) + (others.level == 7);
}

#elif defined GIVEN_AND_FILLED // the same, where who fills them in is given the address as well, and the setter hands it on
struct options { int threads, level; const char *name; };
static struct options options, others;
SETTER static void fill(struct options *given) { given->threads = 1; given->level = detect(); }
SETTER static void set_level(struct options *given, int level) { given->level = level; }
NOINLINE static void prefer(struct options *given, const char *name) {
  if (name[0] != 'a') return;
#if defined FORCED
  set_level(given, L_AVX2);
#else
  if (given->level < L_SSE41) set_level(given, L_NONE);
#endif
}
NOINLINE static int work(const int32_t *values, int n) { return options.level >= L_AVX2 ? sum_wide(values, n) : sum_plain(values, n); }
static int run(const int32_t *values, int n) {
  fill(&options);
  fill(&others);
  prefer(&options, configured);
  prefer(&others, "other");
  return work(values, n) + (others.level == 7);
}

#elif defined DEPTH // what the user wants goes down with each call, the check is made at the bottom
NOINLINE static int kernel(const int32_t *values, int n, int level) { return level == L_AVX2 ? sum_wide(values, n) : sum_plain(values, n); }
#if defined FORCED
NOINLINE static int checked(const int32_t *values, int n, int level) { return kernel(values, n, level < 0 ? detect() : level); }
#else
NOINLINE static int checked(const int32_t *values, int n, int level) { const int found = detect(); return kernel(values, n, level < 0 || level > found ? found : level); }
#endif
NOINLINE static int middle(const int32_t *values, int n, int level) { printf("level %d\n", level); return checked(values, n, level); }
static int run(const int32_t *values, int n) { return middle(values, n, !strcmp(configured, "avx2") ? L_AVX2 : -1); }
#endif

int main(int argc, char **argv) {
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  int n = count;
  printf("%s %d\n", argv[0], run(data, n));
  return 0;
}
