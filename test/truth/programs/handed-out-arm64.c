// A variable that a check of the CPU sets, and whose address others are given, or that they write as a part of something else.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sums-arm64.h"

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
int argument_count;
#if defined HANDED_PRESET
static unsigned caps = 4;
#else
static unsigned caps;
#endif
static unsigned other;
NOINLINE static void discover(unsigned *p) {
  unsigned long h = getauxval(AT_HWCAP);
  if (h & HWCAP_ASIMD) *p |= 1;
  if (h & BIT) *p |= 4;
  if (h & HWCAP_SHA512) *p |= 8;
}

#if defined HANDED_SET
NOINLINE static void set(unsigned n) { caps = 0; if (!(n & 1)) caps |= n; }
static int run(void) { char *e = getenv("CAPS_FORCED"); unsigned n = e ? strtoul(e, 0, 0) : 0; if (n == 0) discover(&caps); else set(n); return caps & 4 ? FAST : PLAIN; }
#elif defined HANDED_ALLOW
NOINLINE static void allow(unsigned *p) { *p |= 4; }
static int run(void) { discover(&caps); if (argument_count > 0) allow(&caps); return caps & 4 ? FAST : PLAIN; }
#elif defined HANDED_ALLOW_NAMED
NOINLINE static void allow(void) { caps |= 6; }
static int run(void) { discover(&caps); if (argument_count > 0) allow(); return caps & 4 ? FAST : PLAIN; }
#elif defined HANDED_PRESET
NOINLINE static void clear(unsigned n) { caps = n; }
static int run(void) { if (argument_count > 5) clear(argument_count); else discover(&caps); return caps & 4 ? FAST : PLAIN; }
#elif defined HANDED_PRESET_BY_CALLER
NOINLINE static void clear(unsigned n) { caps = n; }
static int run(void) { caps = 4; if (argument_count > 5) clear(argument_count); discover(&caps); return caps & 4 ? FAST : PLAIN; }
#elif defined HANDED_SET_BEFORE
NOINLINE static void configure(void) { caps = argument_count > 0 ? 4 : 2; }
static int run(void) { configure(); discover(&caps); return caps & 4 ? FAST : PLAIN; }
#elif defined HANDED_SET_BEFORE_OR
NOINLINE static void configure(int n) { caps |= n > 0 ? 4 : 2; }
NOINLINE static void clear(unsigned n) { caps = n; }
static int run(void) { if (argument_count > 5) clear(argument_count); configure(argument_count); discover(&caps); return caps & 4 ? FAST : PLAIN; }
#elif defined HANDED_TWO
NOINLINE static void force(void) { other = 4; }
NOINLINE static int use(unsigned *p) { return *p & 4 ? FAST : PLAIN; }
static int run(void) { discover(&caps); discover(&other); force(); return use(&caps) + use(&other); }
#elif defined HANDED_COUNT
NOINLINE static void count(int *n) { if (getauxval(AT_HWCAP) & BIT) ++*n; }
static int n = 0; static int m = 1;
NOINLINE static void reset(int v) { n = v; }
static int run(void) { if (argument_count > 5) reset(argument_count); count(&n); count(&m); return n > 0 || m > 0 ? FAST : PLAIN; }
#elif defined HANDED_CONSTANT
static int mode;
NOINLINE static void setup(int *p) { if (getauxval(AT_HWCAP) & OTHER_BIT) puts("other"); *p = 3; }
NOINLINE static void change(void) { mode = 7; }
static int run(void) { setup(&mode); if (argument_count) change(); return mode == 7 ? FAST : PLAIN; }
#elif defined HANDED_CONSTANT_KEPT
static int mode; static struct { int *mode; int x; } registry;
NOINLINE static void setup(int *p) { if (getauxval(AT_HWCAP) & OTHER_BIT) puts("other"); *p = 3; }
NOINLINE static void keep(void) { registry.mode = &mode; }
NOINLINE static void change(void) { *registry.mode = 7; }
static int run(void) { keep(); setup(&mode); if (argument_count) change(); return mode == 7 ? FAST : PLAIN; }
#elif defined HANDED_KEPT
static struct { unsigned *mode; int x; } registry;
NOINLINE static void keep(void) { registry.mode = &caps; }
NOINLINE static void change(void) { *registry.mode |= 4; }
static int run(void) { keep(); discover(&caps); if (argument_count) change(); return caps & 4 ? FAST : PLAIN; }
#elif defined HANDED_STRUCT
static struct settings { unsigned caps; int level; char name[16]; } settings;
NOINLINE static void fill(struct settings *s) { unsigned long h = getauxval(AT_HWCAP); s->level = 1; if (h & BIT) { s->caps |= 4; s->level = 2; } }
NOINLINE static void parse(struct settings *s, int c) { if (c > 0) s->level = 2; }
static int run(void) { fill(&settings); parse(&settings, argument_count); return settings.level == 2 ? FAST : PLAIN; }
#elif defined HANDED_STRUCT_GUARDED
static struct settings { unsigned caps; int level; char name[16]; } settings;
NOINLINE static void fill(struct settings *s) { unsigned long h = getauxval(AT_HWCAP); s->level = 1; if (h & BIT) { s->caps |= 4; s->level = 2; } }
static int run(void) { fill(&settings); return settings.level == 2 ? FAST : PLAIN; }
#elif defined HANDED_CALLBACK
static void (*hook)(unsigned *);
static void enable(unsigned *p) { *p |= 4; }
NOINLINE static void install(int c) { if (c > 0) hook = enable; }
static int run(void) { install(argument_count); discover(&caps); if (hook) hook(&caps); return caps & 4 ? FAST : PLAIN; }
#elif defined HANDED_THREAD
static void *worker(void *p) { *(unsigned *)p |= 4; return 0; }
static int run(void) { pthread_t t; discover(&caps); pthread_create(&t, 0, worker, &caps); pthread_join(t, 0); return caps & 4 ? FAST : PLAIN; }
#elif defined HANDED_STRUCT_ELSEWHERE
static struct { long a, b, c; int fast; } s;
typedef __typeof__(s) S;
NOINLINE static void set(S *p, int c) { if (c > 0) { p->fast = 1; p->a = c; } else p->b = c & 1; }
NOINLINE static void detect(void) { s.fast = has(BIT); }
NOINLINE static void configure(int c) { set(&s, c); }
NOINLINE static int use(void) { return s.fast ? FAST : PLAIN; }
static int run(void) { detect(); configure(argument_count); return use(); }
#elif defined HANDED_STRUCT_TWICE
static struct { long a, b, c; int fast; } s;
typedef __typeof__(s) S;
NOINLINE static void set(S *p, int c) { if (c > 0) { p->fast = 1; p->a = c; } else p->b = c & 1; }
NOINLINE static void adjust(S *p, int c) { set(p, c); p->c = 4; }
NOINLINE static void detect(void) { s.fast = has(BIT); }
NOINLINE static void configure(int c) { adjust(&s, c); }
NOINLINE static int use(void) { return s.fast ? FAST : PLAIN; }
static int run(void) { detect(); configure(argument_count); return use(); }
#elif defined HANDED_CONSTRUCTOR_CALLBACK
static struct { long a, b, c; int fast; } s;
typedef __typeof__(s) S;
static void on(S *p) { p->fast = 1; }
static void off(S *p) { p->fast = 0; }
static void (*const table[])(S *) = {off, on, off, on};
__attribute__((constructor)) static void detect(void) { s.fast = has(BIT); }
static int run(void) { table[argument_count & 3](&s); return s.fast ? FAST : PLAIN; }
#elif defined HANDED_VIRTUAL
struct ops { void (*set)(int *); };
static int fast;
static void on(int *p) { *p = 1; }
static void nop(int *p) { (void)p; }
static const struct ops a = {on}, b = {nop};
static const struct ops *volatile chosen;
static int run(void) { fast = has(BIT); chosen = argument_count > 0 ? &a : &b; chosen->set(&fast); return fast ? FAST : PLAIN; }
#elif defined HANDED_SIGNAL
static volatile sig_atomic_t fast;
static void handler(int s) { fast = 1; }
static int run(void) { signal(SIGUSR1, handler); fast = has(BIT); raise(SIGUSR1); return fast ? FAST : PLAIN; }
#elif defined HANDED_ATOMIC_EXCHANGE
static int fast;
NOINLINE static void detect(void) { fast = has(BIT); }
static int run(void) { detect(); if (argument_count) __atomic_exchange_n(&fast, 1, __ATOMIC_ACQ_REL); return __atomic_load_n(&fast, __ATOMIC_ACQUIRE) ? FAST : PLAIN; }
#elif defined HANDED_CAS
static int fast;
NOINLINE static void detect(void) { fast = has(BIT); }
NOINLINE static void more(void) { int none = 0; __atomic_compare_exchange_n(&fast, &none, 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE); }
static int run(void) { detect(); if (argument_count) more(); return fast ? FAST : PLAIN; }
#elif defined HANDED_UNION
static union { unsigned long all; unsigned char byte[8]; } u;
NOINLINE static void detect(void) { u.all = has(BIT) ? 0x100 : 0; }
NOINLINE static void more(void) { u.byte[1] = 1; }
static int run(void) { detect(); if (argument_count) more(); return u.all & 0x100 ? FAST : PLAIN; }
#elif defined HANDED_WIDE
static unsigned char flags[8];
NOINLINE static void detect(void) { flags[2] = has(BIT); }
NOINLINE static void more(void) { *(unsigned long *)flags = 0x0101010101010101; }
static int run(void) { detect(); if (argument_count) more(); return flags[2] ? FAST : PLAIN; }
#elif defined HANDED_PAIR
static struct { long a, fast; } s __attribute__((aligned(16)));
NOINLINE static void detect(void) { s.fast = has(BIT); }
NOINLINE static void more(long v) { s.a = v; s.fast = 1; }
static int run(void) { detect(); if (argument_count) more(argument_count); return s.fast ? FAST : PLAIN; }
#elif defined HANDED_RECURSIVE
static int fast;
NOINLINE static void walk(int *p, int depth) { if (depth > 3) *p = 1; else walk(p, depth + 1); }
static int run(void) { fast = has(BIT); walk(&fast, argument_count); return fast ? FAST : PLAIN; }
#elif defined HANDED_SWAP
static int fast, slow = 1;
NOINLINE static void swap(int *a, int *b) { int t = *a; *a = *b; *b = t; }
static int run(void) { fast = has(BIT); if (argument_count) swap(&fast, &slow); return fast ? FAST : PLAIN; }
#else
#error no style
#endif

int main(int count, char **arguments) {
  (void)arguments;
  argument_count = count;
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  printf("%d\n", run());
}
