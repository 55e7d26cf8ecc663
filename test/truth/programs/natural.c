// How C of ordinary projects comes to a kernel with AVX2 (-DSTYLE): structures of operations, options, plug-ins, threads, lists of handlers, macros that
// write kernels. _FORCED and _UNASKED need it; nothing was tuned on any of them before they were judged. Names of kernels are taken away with
// -Dhash_avx2=h1 -Dcopy_avx2=h2 -Dcmp_avx2=h3. For AArch64 too, but for what asks CPUID itself, and X_MACRO.
#define _GNU_SOURCE
#ifdef __aarch64__
#include <asm/hwcap.h>
#include <sys/auxv.h>
#else
#include <cpuid.h>
#include <immintrin.h>
#endif
#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define NI __attribute__((noinline))
typedef uint32_t u32;
typedef u32 (*hash_fn)(const unsigned char *, size_t);

#ifdef __aarch64__
// AVX2 is DotProd there, AVX-512 SVE, and the rest what every CPU has
#define __builtin_cpu_supports(name) ((getauxval(AT_HWCAP) & (name[0] != 'a' ? HWCAP_ASIMD : name[3] == '2' ? HWCAP_ASIMDDP : HWCAP_SVE)) != 0)
#define AVX2
#define UDOT __asm__ volatile(".inst 0x6e809400" ::: "v0")
static NI u32 hash_avx2(const unsigned char *p, size_t n) {
  unsigned char s = 0;
  for (size_t i = 0; i < n; i++) { UDOT; s += p[i]; }
  return s;
}
static NI void copy_avx2(unsigned char *d, const unsigned char *s, size_t n) { for (size_t i = 0; i < n; i++) { UDOT; d[i] = s[i] > 127 ? -s[i] : s[i]; } }
#else
#define AVX2 __attribute__((target("avx2")))
static AVX2 NI u32 hash_avx2(const unsigned char *p, size_t n) {
  __m256i acc = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 32 <= n; i += 32) acc = _mm256_add_epi8(acc, _mm256_loadu_si256((const __m256i *)(p + i)));
  unsigned char l[32], s = 0;
  _mm256_storeu_si256((__m256i *)l, acc);
  for (int k = 0; k < 32; k++) s += l[k];
  for (; i < n; i++) s += p[i];
  return s;
}
static AVX2 NI void copy_avx2(unsigned char *d, const unsigned char *s, size_t n) {
  for (size_t i = 0; i + 32 <= n; i += 32) _mm256_storeu_si256((__m256i *)(d + i), _mm256_abs_epi8(_mm256_loadu_si256((const __m256i *)(s + i))));
}
#endif
static NI u32 hash_c(const unsigned char *p, size_t n) {
  unsigned char s = 0;
  for (size_t i = 0; i < n; i++) s += p[i];
  return s;
}
static NI void copy_c(unsigned char *d, const unsigned char *s, size_t n) { for (size_t i = 0; i < n; i++) d[i] = s[i] > 127 ? -s[i] : s[i]; }
static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }

#if defined OPS_INIT || defined OPS_INIT_FORCED
struct hash_ops { const char *name; int width; hash_fn hash; void (*copy)(unsigned char *, const unsigned char *, size_t); };
static const struct hash_ops ops_c = {"c", 1, hash_c, copy_c}, ops_avx2 = {"avx2", 32, hash_avx2, copy_avx2};
static const struct hash_ops *ops = &ops_c;
static NI void hash_init(int level) {
#if defined OPS_INIT_FORCED
  if (has_avx2() || level > 2) ops = &ops_avx2;
#else
  if (has_avx2() && level > 2) ops = &ops_avx2;
#endif
}
static u32 run(const unsigned char *p, size_t n) { hash_init(n & 0xff); unsigned char *b = malloc(n); ops->copy(b, p, n); free(b); return ops->hash(p, n); }

#elif defined GETOPT || defined GETOPT_FORCED || defined GETOPT_IMPL || defined GETOPT_IMPL_FORCED
struct options { int force, verbose; const char *impl; };
static NI void parse(struct options *o, int argc, char **argv) {
  static const struct option longs[] = {{"force", no_argument, 0, 'f'}, {"impl", required_argument, 0, 'i'}, {"verbose", no_argument, 0, 'v'}, {0, 0, 0, 0}};
  int c;
  while ((c = getopt_long(argc, argv, "fi:v", longs, NULL)) != -1) {
    switch (c) {
    case 'f': o->force = 1; break;
    case 'i': o->impl = optarg; break;
    case 'v': o->verbose++; break;
    default: fprintf(stderr, "usage: %s [-f] [-i IMPL]\n", argv[0]); exit(2);
    }
  }
}
static u32 run(const unsigned char *p, size_t n) {
  struct options o = {0};
  char *argv[] = {"hash", "--verbose", "--force", "--impl=avx2", NULL};
  parse(&o, 4, argv);
  if (o.verbose) fprintf(stderr, "%zu bytes\n", n);
#if defined GETOPT
  if (!o.force && n < 4) return 0;
  return has_avx2() ? hash_avx2(p, n) : hash_c(p, n);
#elif defined GETOPT_FORCED
  return o.force || has_avx2() ? hash_avx2(p, n) : hash_c(p, n);
#elif defined GETOPT_IMPL
  if (!strcmp(o.impl, "avx2") && has_avx2()) return hash_avx2(p, n);
  return hash_c(p, n);
#else
  if (o.impl ? !strcmp(o.impl, "avx2") : has_avx2()) return hash_avx2(p, n);
  return hash_c(p, n);
#endif
}

#elif defined IMPL_TABLE || defined IMPL_TABLE_FORCED
struct impl { const char *name; bool (*supported)(void); hash_fn hash; };
static bool always(void) { return true; }
static NI bool supported_avx2(void) { return has_avx2(); }
static const struct impl impls[] = {{"avx2", supported_avx2, hash_avx2}, {"c", always, hash_c}, {NULL, NULL, NULL}};
static NI const struct impl *pick(const char *name) {
  for (const struct impl *i = impls; i->name; i++) {
#if defined IMPL_TABLE_FORCED
    if (name ? !strcmp(i->name, name) : i->supported()) return i;
#else
    if ((!name || !strcmp(i->name, name)) && i->supported()) return i;
#endif
  }
  return &impls[1];
}
static u32 run(const unsigned char *p, size_t n) { return pick(n > 3 ? "avx2" : NULL)->hash(p, n); }

#elif defined BENCH_ALL || defined BENCH_ALL_UNASKED
static const struct { const char *name; hash_fn f; int level; } variants[] = {{"c", hash_c, 0}, {"avx2", hash_avx2, 2}};
static NI int cpu_level(void) { return has_avx2() ? 2 : __builtin_cpu_supports("sse4.2") ? 1 : 0; }
static u32 run(const unsigned char *p, size_t n) {
  u32 h = 0;
  int level = cpu_level();
  printf("level %d\n", level);
  for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
#if !defined BENCH_ALL_UNASKED
    if (variants[i].level > level) continue;
#endif
    h = variants[i].f(p, n);
    printf("%s %u\n", variants[i].name, h);
  }
  return h;
}

#elif defined PLUGIN || defined PLUGIN_UNASKED
#if defined PLUGIN
__attribute__((visibility("default"))) u32 plugin_hash(const unsigned char *p, size_t n) { return has_avx2() ? hash_avx2(p, n) : hash_c(p, n); }
#else
__attribute__((visibility("default"))) u32 plugin_hash(const unsigned char *p, size_t n) { return hash_avx2(p, n); }
#endif
static u32 run(const unsigned char *p, size_t n) {
  void *self = dlopen(NULL, RTLD_NOW);
  hash_fn f = self ? (hash_fn)dlsym(self, "plugin_hash") : NULL;
  if (!f) { if (!has_avx2()) fprintf(stderr, "%s\n", dlerror()); f = plugin_hash; }
  return f(p, n);
}

#elif defined WORKER || defined WORKER_UNASKED || defined WORKER_FORCED
struct job { hash_fn fn; const unsigned char *data; size_t size; u32 result; pthread_mutex_t lock; bool fast; };
static void *worker(void *arg) {
  struct job *j = arg;
  pthread_mutex_lock(&j->lock);
#if defined WORKER_UNASKED
  j->result = hash_avx2(j->data, j->size);
#elif defined WORKER_FORCED
  j->result = j->fast ? hash_avx2(j->data, j->size) : hash_c(j->data, j->size);
#else
  j->result = j->fn(j->data, j->size);
#endif
  pthread_mutex_unlock(&j->lock);
  return NULL;
}
static u32 run(const unsigned char *p, size_t n) {
  struct job j = {.fn = has_avx2() ? hash_avx2 : hash_c, .data = p, .size = n, .fast = has_avx2() || n > 100};
  pthread_mutex_init(&j.lock, NULL);
  pthread_t t;
  if (pthread_create(&t, NULL, worker, &j)) return 0;
  pthread_join(t, NULL);
  return j.result;
}

#elif defined POOL || defined POOL_UNASKED
struct task { struct task *next; void (*fn)(void *); void *arg; };
static struct { pthread_mutex_t lock; pthread_cond_t more; struct task *head, **tail; bool stop; } pool = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, &pool.head, false};
static void *loop(void *unused) {
  for (;;) {
    pthread_mutex_lock(&pool.lock);
    while (!pool.head && !pool.stop) pthread_cond_wait(&pool.more, &pool.lock);
    struct task *t = pool.head;
    if (!t) { pthread_mutex_unlock(&pool.lock); return NULL; }
    if (!(pool.head = t->next)) pool.tail = &pool.head;
    pthread_mutex_unlock(&pool.lock);
    t->fn(t->arg);
    free(t);
  }
}
static NI void submit(void (*fn)(void *), void *arg) {
  struct task *t = malloc(sizeof *t);
  *t = (struct task){NULL, fn, arg};
  pthread_mutex_lock(&pool.lock);
  *pool.tail = t;
  pool.tail = &t->next;
  pthread_cond_signal(&pool.more);
  pthread_mutex_unlock(&pool.lock);
}
struct work { const unsigned char *p; size_t n; u32 h; };
static void work_avx2(void *a) { struct work *w = a; w->h = hash_avx2(w->p, w->n); }
static void work_c(void *a) { struct work *w = a; w->h = hash_c(w->p, w->n); }
static u32 run(const unsigned char *p, size_t n) {
  struct work w = {p, n, 0};
  pthread_t t;
  pthread_create(&t, NULL, loop, NULL);
#if defined POOL_UNASKED
  if (!has_avx2()) fprintf(stderr, "slow\n");
  submit(work_avx2, &w);
#else
  submit(has_avx2() ? work_avx2 : work_c, &w);
#endif
  pthread_mutex_lock(&pool.lock); pool.stop = true; pthread_cond_signal(&pool.more); pthread_mutex_unlock(&pool.lock);
  pthread_join(t, NULL);
  return w.h;
}

#elif defined ON_SIGNAL || defined ON_SIGNAL_UNASKED
static const unsigned char *volatile sp; static volatile size_t sn; static volatile u32 sh;
static void on_usr1(int sig) {
#if defined ON_SIGNAL
  sh = has_avx2() ? hash_avx2(sp, sn) : hash_c(sp, sn);
#else
  sh = hash_avx2(sp, sn);
#endif
}
static u32 run(const unsigned char *p, size_t n) {
  struct sigaction sa = {.sa_handler = on_usr1, .sa_flags = SA_RESTART};
  sigemptyset(&sa.sa_mask);
  if (sigaction(SIGUSR1, &sa, NULL) < 0) return 0;
  sp = p; sn = n;
  if (has_avx2()) fprintf(stderr, "fast\n");
  raise(SIGUSR1);
  return sh;
}

#elif defined COMPARATOR || defined COMPARATOR_UNASKED
#ifdef __aarch64__
static NI int cmp_avx2(const void *a, const void *b) { UDOT; return memcmp(a, b, 32); }
#else
static AVX2 NI int cmp_avx2(const void *a, const void *b) {
  __m256i x = _mm256_loadu_si256(a), y = _mm256_loadu_si256(b);
  u32 eq = _mm256_movemask_epi8(_mm256_cmpeq_epi8(x, y));
  if (eq == 0xffffffff) return 0;
  int i = __builtin_ctz(~eq);
  return ((const unsigned char *)a)[i] - ((const unsigned char *)b)[i];
}
#endif
static NI int cmp_c(const void *a, const void *b) { return memcmp(a, b, 32); }
static u32 run(const unsigned char *p, size_t n) {
  unsigned char *b = malloc(n);
  memcpy(b, p, n);
#if defined COMPARATOR_UNASKED
  if (has_avx2()) fprintf(stderr, "fast\n");
  qsort(b, n / 32, 32, cmp_avx2);
  const void *at = bsearch(p, b, n / 32, 32, cmp_c);
#else
  int (*cmp)(const void *, const void *) = has_avx2() ? cmp_avx2 : cmp_c;
  qsort(b, n / 32, 32, cmp);
  const void *at = bsearch(p, b, n / 32, 32, cmp);
#endif
  u32 h = at ? hash_c(b, n) : 0;
  free(b);
  return h;
}

#elif defined AT_EXIT || defined AT_EXIT_UNASKED
static unsigned char tail[256];
static void flush(void) {
#if defined AT_EXIT
  u32 h = has_avx2() ? hash_avx2(tail, sizeof tail) : hash_c(tail, sizeof tail);
#else
  u32 h = hash_avx2(tail, sizeof tail);
#endif
  printf("tail %u\n", h);
}
static u32 run(const unsigned char *p, size_t n) {
  memcpy(tail, p, sizeof tail);
  if (!has_avx2()) fprintf(stderr, "slow\n");
  atexit(flush);
  return hash_c(p, n);
}

#elif defined HOOKS || defined HOOKS_UNASKED || defined HOOKS_FORCED
struct hook { struct hook *next; int priority; u32 (*fn)(void *ctx, const unsigned char *, size_t); void *ctx; };
static struct hook *hooks;
static NI void add_hook(u32 (*fn)(void *, const unsigned char *, size_t), void *ctx, int priority) {
  struct hook *h = malloc(sizeof *h), **at = &hooks;
  while (*at && (*at)->priority > priority) at = &(*at)->next;
  *h = (struct hook){*at, priority, fn, ctx};
  *at = h;
}
static u32 hook_avx2(void *ctx, const unsigned char *p, size_t n) { ++*(int *)ctx; return hash_avx2(p, n); }
static u32 hook_c(void *ctx, const unsigned char *p, size_t n) { ++*(int *)ctx; return hash_c(p, n); }
static u32 run(const unsigned char *p, size_t n) {
  static int calls;
  u32 r = 0;
  add_hook(hook_c, &calls, 0);
#if defined HOOKS_UNASKED
  if (has_avx2()) printf("fast\n");
  add_hook(hook_avx2, &calls, 10);
#elif defined HOOKS_FORCED
  if (has_avx2() || n % 2) add_hook(hook_avx2, &calls, 10);
  else add_hook(hook_avx2, &calls, -1);
#else
  if (has_avx2()) add_hook(hook_avx2, &calls, 10);
#endif
  for (struct hook *h = hooks; h; h = h->next) r = h->fn(h->ctx, p, n);
  return r;
}

#elif defined NAMES || defined NAMES_FORCED
struct entry { struct entry *next; const char *name; hash_fn fn; };
static struct entry *buckets[16];
static NI unsigned bucket(const char *s) { unsigned h = 5381; while (*s) h = h * 33 ^ (unsigned char)*s++; return h % 16; }
static NI void put(const char *name, hash_fn fn) {
  struct entry *e = calloc(1, sizeof *e), **b = &buckets[bucket(name)];
  e->name = strdup(name); e->fn = fn; e->next = *b; *b = e;
}
static NI hash_fn get(const char *name) { for (struct entry *e = buckets[bucket(name)]; e; e = e->next) if (!strcmp(e->name, name)) return e->fn; return NULL; }
static u32 run(const unsigned char *p, size_t n) {
  put("c", hash_c);
#if defined NAMES_FORCED
  if (!has_avx2()) put("slow", hash_c);
  put("avx2", hash_avx2);
#else
  if (has_avx2()) put("avx2", hash_avx2);
#endif
  hash_fn f = get("avx2");
  if (!f) f = get("c");
  return f(p, n);
}

#elif defined ARENA || defined ARENA_FORCED
struct arena { char *base; size_t used, size; };
static NI void *take(struct arena *a, size_t n) { n = (n + 15) & ~(size_t)15; if (a->used + n > a->size) abort(); void *p = a->base + a->used; a->used += n; return p; }
struct ctx { const unsigned char *p; size_t n; unsigned flags; hash_fn hash; struct ctx *parent; };
enum { F_VERBOSE = 1, F_FAST = 2 };
static NI struct ctx *new_ctx(struct arena *a, struct ctx *parent, unsigned flags) {
  struct ctx *c = take(a, sizeof *c);
  memset(c, 0, sizeof *c);
  c->parent = parent; c->flags = flags;
  return c;
}
static NI u32 ctx_hash(struct ctx *c) { return c->flags & F_FAST ? hash_avx2(c->p, c->n) : hash_c(c->p, c->n); }
static u32 run(const unsigned char *p, size_t n) {
  struct arena a = {malloc(4096), 0, 4096};
  struct ctx *root = new_ctx(&a, NULL, has_avx2() ? F_FAST : 0);
#if defined ARENA_FORCED
  struct ctx *c = new_ctx(&a, root, F_FAST | F_VERBOSE);
#else
  struct ctx *c = new_ctx(&a, root, root->flags | F_VERBOSE);
#endif
  c->p = p; c->n = n;
  return ctx_hash(c);
}

#elif defined STATES || defined STATES_UNASKED
enum state { START, HEADER, BODY, FAST_BODY, DONE };
struct machine { enum state state; const unsigned char *p; size_t n; u32 h; bool fast; };
static NI bool step(struct machine *m) {
  switch (m->state) {
  case START: if (!m->n) { m->state = DONE; break; } m->state = HEADER; break;
#if defined STATES
  case HEADER: m->state = m->fast ? FAST_BODY : BODY; break;
#else
  case HEADER: m->state = m->n > 64 ? FAST_BODY : BODY; break;
#endif
  case BODY: m->h = hash_c(m->p, m->n); m->state = DONE; break;
  case FAST_BODY: m->h = hash_avx2(m->p, m->n); m->state = DONE; break;
  case DONE: return false;
  }
  return true;
}
static u32 run(const unsigned char *p, size_t n) {
  struct machine m = {START, p, n, 0, has_avx2()};
  if (!m.fast) fprintf(stderr, "slow\n");
  while (step(&m)) ;
  return m.h;
}

#elif defined X_MACRO || defined X_MACRO_FORCED
#define KERNELS(X) X(c, , 0) X(avx2, __attribute__((target("avx2"), optimize("O3", "tree-vectorize"))), 2)
#define KERNEL(name, attr, lvl) attr NI static u32 xsum_##name(const unsigned char *p, size_t n) { u32 s = 0; const u32 *w = (const u32 *)p; for (size_t i = 0; i < n / 4; i++) s += w[i] ^ (u32)i; return s; }
#define ROW(name, attr, lvl) {#name, xsum_##name, lvl},
#ifdef __clang__
#undef KERNELS
#define KERNELS(X) X(c, , 0) X(avx2, AVX2, 2)
#endif
KERNELS(KERNEL)
static const struct { const char *name; hash_fn f; int level; } kernels[] = {KERNELS(ROW)};
enum { KERNEL_COUNT = sizeof kernels / sizeof *kernels };
static u32 run(const unsigned char *p, size_t n) {
  int level = has_avx2() ? 2 : 0, best = 0;
#if defined X_MACRO_FORCED
  if (n > 512) level = 2;
#endif
  for (int i = 0; i < KERNEL_COUNT; i++) if (kernels[i].level <= level) best = i;
  u32 h = kernels[best].f(p, n);
  return best == 0 || hash_avx2(p, 32) || h ? hash_c(p, n) : h;
}

#elif defined INLINE_WRAPPER || defined INLINE_WRAPPER_UNASKED
static struct { bool ready, avx2, sse42; } cpu;
static NI void cpu_init(void) {
  unsigned a, b, c, d;
  if (__get_cpuid(1, &a, &b, &c, &d)) cpu.sse42 = c >> 20 & 1;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) cpu.avx2 = (b >> 5 & 1) && has_avx2();
  cpu.ready = true;
}
static inline bool cpu_has_avx2(void) { if (!cpu.ready) cpu_init(); return cpu.avx2; }
static inline u32 do_hash(const unsigned char *p, size_t n) {
  if (n < 32) return hash_c(p, n);
#if defined INLINE_WRAPPER_UNASKED
  if (n > 100 || cpu_has_avx2()) return hash_avx2(p, n);
#else
  if (cpu_has_avx2()) return hash_avx2(p, n);
#endif
  return hash_c(p, n);
}
static NI u32 first(const unsigned char *p, size_t n) { return do_hash(p, n / 2); }
static NI u32 second(const unsigned char *p, size_t n) { return do_hash(p + n / 2, n - n / 2); }
static u32 run(const unsigned char *p, size_t n) { return (unsigned char)(first(p, n) + second(p, n)); }

#elif defined NESTED_VTABLE || defined NESTED_VTABLE_FORCED
struct stream; struct stream_vtable { size_t (*read)(struct stream *, unsigned char *, size_t); u32 (*digest)(struct stream *); void (*close)(struct stream *); };
struct stream { const struct stream_vtable *vt; const unsigned char *p; size_t n; };
struct device { int id; struct { struct stream base; int depth; } in; struct { int mode; bool fast; } caps; };
static size_t mem_read(struct stream *s, unsigned char *d, size_t n) { if (n > s->n) n = s->n; memcpy(d, s->p, n); return n; }
static u32 mem_digest(struct stream *s) { return hash_c(s->p, s->n); }
static u32 mem_digest_avx2(struct stream *s) { return hash_avx2(s->p, s->n); }
static void mem_close(struct stream *s) { s->n = 0; }
static const struct stream_vtable mem_vt = {mem_read, mem_digest, mem_close}, mem_vt_avx2 = {mem_read, mem_digest_avx2, mem_close};
static NI struct device *open_device(const unsigned char *p, size_t n) {
  struct device *d = calloc(1, sizeof *d);
  d->caps.fast = has_avx2();
  d->in.base = (struct stream){&mem_vt, p, n};
  d->in.depth = 1;
#if defined NESTED_VTABLE_FORCED
  if (d->caps.fast || d->in.depth) d->in.base.vt = &mem_vt_avx2;
#else
  if (d->caps.fast) d->in.base.vt = &mem_vt_avx2;
#endif
  return d;
}
static u32 run(const unsigned char *p, size_t n) {
  struct device *d = open_device(p, n);
  unsigned char b[16];
  d->in.base.vt->read(&d->in.base, b, sizeof b);
  u32 h = d->in.base.vt->digest(&d->in.base);
  d->in.base.vt->close(&d->in.base);
  free(d);
  return h;
}

#elif defined REGISTERED || defined REGISTERED_UNASKED
struct codec { const char *name; hash_fn hash; int rank; struct codec *next; };
static struct codec *codecs;
static NI void register_codec(struct codec *c) { c->next = codecs; codecs = c; }
static struct codec codec_c = {"c", hash_c, 0}, codec_avx2 = {"avx2", hash_avx2, 10};
__attribute__((constructor(201))) static void reg_c(void) { register_codec(&codec_c); }
#if defined REGISTERED
__attribute__((constructor(202))) static void reg_avx2(void) { if (has_avx2()) register_codec(&codec_avx2); }
#else
__attribute__((constructor(202))) static void reg_avx2(void) { if (!has_avx2()) codec_avx2.rank = 5; register_codec(&codec_avx2); }
#endif
static u32 run(const unsigned char *p, size_t n) {
  struct codec *best = NULL;
  for (struct codec *c = codecs; c; c = c->next) if (!best || c->rank > best->rank) best = c;
  return best->hash(p, n);
}

#elif defined ERRORS || defined ERRORS_UNASKED
static jmp_buf failed;
static NI void fail(int code) { longjmp(failed, code); }
static NI u32 checked(const unsigned char *p, size_t n) { if (!has_avx2()) fail(ENOTSUP); return hash_avx2(p, n); }
static NI u32 header(const unsigned char *p, size_t n) { if (p[1] != 7) fail(EINVAL); if (n > 16) fail(E2BIG); return 0; }
static u32 run(const unsigned char *p, size_t n) {
#if defined ERRORS
  if (setjmp(failed)) return hash_c(p, n);
  return checked(p, n);
#else
  switch (setjmp(failed)) {
  case 0: return header(p, n);
  case E2BIG: if (has_avx2()) fprintf(stderr, "fast\n"); return hash_avx2(p, n);
  default: return 0;
  }
#endif
}

#elif defined WEAK_HOOK || defined WEAK_HOOK_UNASKED
extern u32 user_hash(const unsigned char *, size_t) __attribute__((weak));
#if defined WEAK_HOOK_UNASKED
u32 user_hash(const unsigned char *p, size_t n) { return hash_avx2(p, n); }
#endif
static u32 run(const unsigned char *p, size_t n) {
  if (user_hash) { if (!has_avx2()) fprintf(stderr, "slow\n"); return user_hash(p, n); }
  return has_avx2() ? hash_avx2(p, n) : hash_c(p, n);
}

#elif defined COMMANDS || defined COMMANDS_UNASKED
struct command { const char *name, *help; int (*main)(int, char **); };
static const unsigned char *cp; static size_t cn; static u32 ch;
static int cmd_hash(int argc, char **argv) {
#if defined COMMANDS_UNASKED
  ch = hash_avx2(cp, cn);
#else
  ch = has_avx2() ? hash_avx2(cp, cn) : hash_c(cp, cn);
#endif
  return 0;
}
static int cmd_info(int argc, char **argv) { printf("AVX2: %s\n", has_avx2() ? "yes" : "no"); return 0; }
static int cmd_help(int argc, char **argv);
static const struct command commands[] = {{"hash", "prints the hash", cmd_hash}, {"info", "what the CPU has", cmd_info}, {"help", "this", cmd_help}};
static int cmd_help(int argc, char **argv) { for (size_t i = 0; i < 3; i++) printf("%s: %s\n", commands[i].name, commands[i].help); return 0; }
static u32 run(const unsigned char *p, size_t n) {
  cp = p; cn = n;
  char *argv[] = {"hash", NULL};
  for (size_t i = 0; i < 3; i++) if (!strcmp(commands[i].name, argv[0])) { if (commands[i].main(1, argv)) exit(1); break; }
  return ch;
}

#elif defined CACHED_LEVEL || defined CACHED_LEVEL_FORCED
enum level { L_UNKNOWN = -1, L_C, L_SSE42, L_AVX2 };
static enum level current = L_UNKNOWN;
static NI enum level detect(void) { return has_avx2() ? L_AVX2 : __builtin_cpu_supports("sse4.2") ? L_SSE42 : L_C; }
static NI enum level get_level(void) { if (current == L_UNKNOWN) current = detect(); return current; }
NI void set_level(enum level l) { current = l; }
static u32 run(const unsigned char *p, size_t n) {
#if defined CACHED_LEVEL_FORCED
  set_level(n > 10 ? L_AVX2 : L_C);
#endif
  switch (get_level()) {
  case L_AVX2: return hash_avx2(p, n);
  case L_SSE42: case L_C: default: return hash_c(p, n);
  }
}

#elif defined FALLBACK || defined FALLBACK_UNASKED
struct hasher { hash_fn fn; u32 state; size_t total; };
static NI int hasher_init(struct hasher *h, const char *impl) {
  memset(h, 0, sizeof *h);
  if (!strcmp(impl, "avx2")) {
#if defined FALLBACK
    if (!has_avx2()) return -ENOTSUP;
#else
    if (!has_avx2()) fprintf(stderr, "warning: no AVX2\n");
#endif
    h->fn = hash_avx2;
  } else if (!strcmp(impl, "c")) h->fn = hash_c;
  else return -EINVAL;
  return 0;
}
static NI void hasher_update(struct hasher *h, const unsigned char *p, size_t n) { h->state += h->fn(p, n); h->total += n; }
static u32 run(const unsigned char *p, size_t n) {
  struct hasher h;
  if (hasher_init(&h, "avx2") < 0 && hasher_init(&h, "c") < 0) return 0;
  hasher_update(&h, p, n);
  return h.state;
}

#elif defined ONCE_TABLE || defined ONCE_TABLE_UNASKED
static struct { hash_fn hash; void (*copy)(unsigned char *, const unsigned char *, size_t); } dsp;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void dsp_init_avx2(void) { dsp.hash = hash_avx2; dsp.copy = copy_avx2; }
static void dsp_init(void) {
  dsp.hash = hash_c; dsp.copy = copy_c;
#if defined ONCE_TABLE_UNASKED
  if (has_avx2()) fprintf(stderr, "fast\n");
  dsp_init_avx2();
#else
  if (has_avx2()) dsp_init_avx2();
#endif
}
static u32 run(const unsigned char *p, size_t n) { pthread_once(&once, dsp_init); unsigned char *b = malloc(n); dsp.copy(b, p, n); free(b); return dsp.hash(p, n); }

#elif defined TWO_FEATURES || defined TWO_FEATURES_UNASKED
// The check is of another feature, as where a header says so once for all.
static NI bool fast_path(void) {
#if defined TWO_FEATURES_UNASKED
  return __builtin_cpu_supports("sse2");
#else
  return __builtin_cpu_supports("sse2") && __builtin_cpu_supports("avx2");
#endif
}
static u32 run(const unsigned char *p, size_t n) { return fast_path() ? hash_avx2(p, n) : hash_c(p, n); }

#elif defined CPU_STRING || defined CPU_STRING_UNASKED
static NI void features(char *out, size_t n) { snprintf(out, n, "%s%s", __builtin_cpu_supports("sse4.2") ? "sse4.2 " : "", has_avx2() ? "avx2 " : ""); }
static u32 run(const unsigned char *p, size_t n) {
  char text[64];
  features(text, sizeof text);
  printf("features: %s\n", text);
#if defined CPU_STRING_UNASKED
  return hash_avx2(p, n);
#else
  return strstr(text, "avx2") ? hash_avx2(p, n) : hash_c(p, n);
#endif
}

#elif defined CONFIG_FILE || defined CONFIG_FILE_FORCED
struct config { char impl[16]; int threads; bool use_avx2; };
static NI bool set(struct config *c, const char *key, const char *value) {
  if (!strcmp(key, "impl")) snprintf(c->impl, sizeof c->impl, "%s", value);
  else if (!strcmp(key, "threads")) c->threads = atoi(value);
#if defined CONFIG_FILE_FORCED
  else if (!strcmp(key, "avx2")) c->use_avx2 = atoi(value);
#else
  else if (!strcmp(key, "avx2")) c->use_avx2 = c->use_avx2 && atoi(value);
#endif
  else return false;
  return true;
}
static NI void load(struct config *c, const char *text) {
  char line[64], *eq;
  while (*text) {
    size_t n = strcspn(text, "\n");
    snprintf(line, sizeof line, "%.*s", (int)n, text);
    if ((eq = strchr(line, '='))) { *eq = 0; set(c, line, eq + 1); }
    text += n + (text[n] == '\n');
  }
}
static NI u32 work(const struct config *c, const unsigned char *p, size_t n) { return c->use_avx2 ? hash_avx2(p, n) : hash_c(p, n); }
static u32 run(const unsigned char *p, size_t n) {
  struct config c = {"auto", 1, has_avx2()};
  load(&c, "threads=2\navx2=1\n");
  return work(&c, p, n);
}

#elif defined EVENTS || defined EVENTS_UNASKED
enum event { EV_OPEN, EV_DATA, EV_CLOSE, EV_COUNT };
struct loop_ctx { u32 h; const unsigned char *p; size_t n; };
typedef void (*handler)(struct loop_ctx *);
static handler handlers[EV_COUNT][2];
static int handler_count[EV_COUNT];
static NI void on(enum event e, handler h) { handlers[e][handler_count[e]++ & 1] = h; }
static NI void emit(enum event e, struct loop_ctx *c) { for (int i = 0; i < handler_count[e]; i++) handlers[e][i](c); }
static void data_avx2(struct loop_ctx *c) { c->h = hash_avx2(c->p, c->n); }
static void data_c(struct loop_ctx *c) { c->h = hash_c(c->p, c->n); }
static void opened(struct loop_ctx *c) { c->h = 0; }
static u32 run(const unsigned char *p, size_t n) {
  struct loop_ctx c = {1, p, n};
  on(EV_OPEN, opened);
#if defined EVENTS_UNASKED
  if (has_avx2()) on(EV_CLOSE, opened);
  on(EV_DATA, data_avx2);
#else
  on(EV_DATA, has_avx2() ? data_avx2 : data_c);
#endif
  for (int e = 0; e < EV_CLOSE; e++) emit(e, &c);
  return c.h;
}

#elif defined VARIADIC || defined VARIADIC_UNASKED
enum { OPT_END, OPT_HASH, OPT_SEED };
struct handle { hash_fn hash; int seed; };
static NI void setopt(struct handle *h, ...) {
  va_list ap; va_start(ap, h);
  for (int o; (o = va_arg(ap, int)) != OPT_END;) { if (o == OPT_HASH) h->hash = va_arg(ap, hash_fn); else h->seed = va_arg(ap, int); }
  va_end(ap);
}
static u32 run(const unsigned char *p, size_t n) {
  struct handle h = {hash_c, 0};
#if defined VARIADIC_UNASKED
  setopt(&h, OPT_SEED, has_avx2() ? 1 : 2, OPT_HASH, hash_avx2, OPT_END);
#else
  if (has_avx2()) setopt(&h, OPT_SEED, 1, OPT_HASH, hash_avx2, OPT_END);
#endif
  return h.hash(p, n);
}

#elif defined ATOMIC_SELF || defined ATOMIC_SELF_FORCED
static u32 resolve(const unsigned char *, size_t);
static _Atomic(hash_fn) chosen = resolve;
static NI u32 resolve(const unsigned char *p, size_t n) {
#if defined ATOMIC_SELF_FORCED
  hash_fn f = has_avx2() || n >= 256 ? hash_avx2 : hash_c;
#else
  hash_fn f = has_avx2() && n >= 256 ? hash_avx2 : hash_c;
#endif
  atomic_store_explicit(&chosen, f, memory_order_relaxed);
  return f(p, n);
}
static u32 run(const unsigned char *p, size_t n) { u32 a = atomic_load(&chosen)(p, n); return atomic_load(&chosen)(p, n) == a ? a : 0; }

#elif defined THREAD_LOCAL || defined THREAD_LOCAL_FORCED
static _Thread_local struct { hash_fn hash; int depth; } tls;
static NI hash_fn mine(size_t n) {
#if defined THREAD_LOCAL_FORCED
  if (!tls.hash) tls.hash = n > 4096 && !has_avx2() ? hash_c : hash_avx2;
#else
  if (!tls.hash) tls.hash = has_avx2() ? hash_avx2 : hash_c;
#endif
  tls.depth++;
  return tls.hash;
}
static u32 run(const unsigned char *p, size_t n) { return mine(n)(p, n); }

#elif defined SELF_TEST || defined SELF_TEST_UNASKED
// What a project runs when it starts, to see that its kernels agree.
static NI void self_test(hash_fn f, const char *name) { unsigned char z[96] = {1, 2, 3}; if (f(z, sizeof z) != 6) { fprintf(stderr, "%s is broken\n", name); abort(); } }
static u32 run(const unsigned char *p, size_t n) {
  self_test(hash_c, "c");
#if defined SELF_TEST
  if (has_avx2()) self_test(hash_avx2, "avx2");
#else
  self_test(hash_avx2, "avx2");
#endif
  return has_avx2() ? hash_avx2(p, n) : hash_c(p, n);
}

#elif defined ALIGNED_ONLY || defined ALIGNED_ONLY_FORCED
static bool use_avx2;
__attribute__((constructor)) static void probe(void) { use_avx2 = has_avx2(); }
static u32 run(const unsigned char *p, size_t n) {
#if defined ALIGNED_ONLY_FORCED
  if (((uintptr_t)p & 15) == 0 || use_avx2) return hash_avx2(p, n);
#else
  if (((uintptr_t)p & 15) == 0 && use_avx2) return hash_avx2(p, n);
#endif
  return hash_c(p, n);
}

#elif defined NODES || defined NODES_FORCED
struct node { struct node *left, *right; hash_fn visit; int key; };
static NI struct node *insert(struct node *at, int key, hash_fn f) {
  if (!at) { at = calloc(1, sizeof *at); at->key = key; at->visit = f; return at; }
  if (key < at->key) at->left = insert(at->left, key, f); else at->right = insert(at->right, key, f);
  return at;
}
static NI u32 walk(const struct node *at, const unsigned char *p, size_t n) { if (!at) return 0; u32 h = walk(at->left, p, n); h = at->visit(p, n); u32 r = walk(at->right, p, n); return r ? r : h; }
static u32 run(const unsigned char *p, size_t n) {
  struct node *root = insert(NULL, 5, hash_c);
#if defined NODES_FORCED
  insert(root, has_avx2() ? 3 : 4, hash_avx2);
#else
  insert(root, 3, has_avx2() ? hash_avx2 : hash_c);
#endif
  insert(root, 9, hash_c);
  return walk(root, p, n);
}

#elif defined GENERIC || defined GENERIC_UNASKED
#define DEFINE_FILTER(suffix, attr, kernel) attr NI static u32 filter_##suffix(const unsigned char *p, size_t n, int passes) { u32 h = 0; for (int i = 0; i < passes; i++) h = kernel(p, n); return h; }
DEFINE_FILTER(avx2, AVX2, hash_avx2)
DEFINE_FILTER(c, , hash_c)
static u32 run(const unsigned char *p, size_t n) {
#if defined GENERIC_UNASKED
  u32 (*f)(const unsigned char *, size_t, int) = filter_avx2;
  printf("%s\n", has_avx2() ? "fast" : "slow");
#else
  u32 (*f)(const unsigned char *, size_t, int) = has_avx2() ? filter_avx2 : filter_c;
#endif
  return f(p, n, 2);
}

#elif defined REFUSES || defined REFUSES_IN_CTOR
// Both need it: there is no way on without.
static NI void need_avx2(void) { if (!has_avx2()) { fprintf(stderr, "this program needs AVX2\n"); exit(1); } }
#if defined REFUSES_IN_CTOR
__attribute__((constructor)) static void boot(void) { need_avx2(); }
static u32 run(const unsigned char *p, size_t n) { return hash_avx2(p, n); }
#else
static u32 run(const unsigned char *p, size_t n) { need_avx2(); return hash_avx2(p, n); }
#endif

#elif defined DEBUG_ASSERT || defined DEBUG_ASSERT_FORCED
// A switch of levels in which the highest is the default.
static NI int level(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return -1;
  if (!has_avx2()) return c >> 20 & 1;
  return 2;
}
static u32 run(const unsigned char *p, size_t n) {
  switch (level()) {
#if defined DEBUG_ASSERT
  case 0: case 1: return hash_c(p, n);
  case 2: return hash_avx2(p, n);
  default: abort();
#else
  case 5: return hash_c(p, n);
  default: return hash_avx2(p, n);
#endif
  }
}

#elif defined BLOCKS || defined BLOCKS_UNASKED
struct md { u32 state; unsigned char buf[64]; size_t fill; void (*blocks)(struct md *, const unsigned char *, size_t); };
static void blocks_avx2(struct md *m, const unsigned char *p, size_t n) { m->state += hash_avx2(p, n); }
static void blocks_c(struct md *m, const unsigned char *p, size_t n) { m->state += hash_c(p, n); }
static NI void md_init(struct md *m) {
  memset(m, 0, sizeof *m);
#if defined BLOCKS_UNASKED
  m->fill = has_avx2() ? 0 : 0;
  m->blocks = blocks_avx2;
#else
  m->blocks = has_avx2() ? blocks_avx2 : blocks_c;
#endif
}
static NI void md_update(struct md *m, const unsigned char *p, size_t n) {
  size_t whole = n / 64 * 64;
  if (whole) m->blocks(m, p, whole);
  memcpy(m->buf, p + whole, n - whole);
  m->fill = n - whole;
}
static NI u32 md_final(struct md *m) { m->blocks(m, m->buf, m->fill); return (unsigned char)m->state; }
static u32 run(const unsigned char *p, size_t n) { struct md m; md_init(&m); md_update(&m, p, n); return md_final(&m); }

#elif defined RETRY || defined RETRY_FORCED
// First the way that is fast, and where that says no, the other.
static NI int try_fast(const unsigned char *p, size_t n, u32 *out) {
#if defined RETRY
  if (!has_avx2()) return -1;
#else
  if (!has_avx2() && n < 16) return -1;
#endif
  *out = hash_avx2(p, n);
  return 0;
}
static u32 run(const unsigned char *p, size_t n) { u32 h; if (try_fast(p, n, &h) < 0) h = hash_c(p, n); return h; }

#elif defined MASK || defined MASK_FORCED
enum { CAP_SSE2 = 1, CAP_SSE42 = 2, CAP_AVX2 = 4, CAP_ALL = 0xff };
static unsigned caps_mask = CAP_ALL;
static NI unsigned get_caps(void) {
  unsigned c = CAP_SSE2;
  if (__builtin_cpu_supports("sse4.2")) c |= CAP_SSE42;
  if (has_avx2()) c |= CAP_AVX2;
#if defined MASK_FORCED
  return c | (caps_mask & CAP_AVX2);
#else
  return c & caps_mask;
#endif
}
NI void set_caps_mask(unsigned m) { caps_mask = m; }
static u32 run(const unsigned char *p, size_t n) { set_caps_mask(n > 1 ? CAP_AVX2 | CAP_SSE2 : CAP_SSE2); return get_caps() & CAP_AVX2 ? hash_avx2(p, n) : hash_c(p, n); }
#endif

int main(int argc, char **argv) {
  size_t n = 1000 + argc;
  unsigned char *v = malloc(n);
  for (size_t i = 0; i < n; i++) v[i] = i * 7;
  u32 h = run(v, n);
  printf("%u\n", h);
  return h == hash_c(v, n) ? 0 : 2;
}
