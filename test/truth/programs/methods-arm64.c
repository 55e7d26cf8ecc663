// A key that tells which kernel to use is made by one method of a table, and used by others, which lie in another file: BoringSSL's AEADs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sums-arm64.h"

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
#define SECTION(name) __attribute__((noinline, section(".text." name)))
#define KEYS SECTION("a_keys")
#define METHODS SECTION("c_methods")
#define CORE SECTION("e_core")
#define USER SECTION("g_user")
#define FAR(name) ".section .text." name ", \"ax\", %progbits\n.space 0x18000\n"
__asm__(".pushsection .text.a_keys, \"ax\", %progbits\n" FAR("b_far") ".section .text.c_methods, \"ax\", %progbits\n" FAR("d_far") ".section .text.e_core, \"ax\", %progbits\n" FAR(
  "f_far") ".section .text.g_user, \"ax\", %progbits\n.popsection");

struct key { char schedule[536]; unsigned kernel; };
struct context { long sequence; struct key key; unsigned char tag; };
struct method { void (*init)(struct context *, int); int (*seal)(struct context *, int); int (*open)(struct context *, int); void (*tune)(struct context *); };
static struct method methods;
int argument_count;

KEYS void make(struct key *key, int other) {
  memset(key, 0, sizeof *key);
  key->schedule[argument_count & 7] = other;
  if (has(BIT)) key->kernel = 5;
}
KEYS void init(struct context *context, int other) {
  context->sequence = 0;
  make(&context->key, other);
  context->tag = 16;
#if defined METHOD_FORCED_BY_INIT
  context->key.kernel = 4;
#endif
}
CORE int work(struct key *key, int rounds) {
  int sum = key->schedule[rounds & 7];
  return sum + (key->kernel != 0 ? FAST : PLAIN);
}
#if defined METHOD_FORCED_BY_HELPER
CORE void force(struct key *key) { key->kernel = 4; }
#endif
CORE int seal(struct context *context, int rounds) {
  context->sequence++;
#if defined METHOD_FORCED_BY_SEAL
  context->key.kernel = 4;
#elif defined METHOD_FORCED_BY_HELPER
  force(&context->key);
#endif
  return work(&context->key, rounds);
}
METHODS int open_(struct context *context, int rounds) { return context->sequence + rounds; }
METHODS void tune(struct context *context) {
  context->sequence += 2;
#if defined METHOD_FORCED_BY_ANOTHER
  context->key.kernel = 4;
#endif
}
KEYS void fill(void) {
  memset(&methods, 0, sizeof methods);
  methods.init = init;
  methods.seal = seal;
  methods.open = open_;
  methods.tune = tune;
}

#if defined METHOD_FORCED_IN_FRAME
CORE int probe(void) {
  struct context context;
  memset(&context, 0, sizeof context);
  context.key.kernel = 4;
  return work(&context.key, argument_count & 3);
}
#elif defined METHOD_FORCED_BY_SECOND_TABLE
static struct method others;
METHODS void init_other(struct context *context, int other) {
  make(&context->key, other);
  context->key.kernel = 4;
}
METHODS void fill_others(void) {
  others.init = init_other;
  others.seal = seal;
  others.open = open_;
}
CORE int probe(void) {
  struct context *context = calloc(1, sizeof *context);
  struct method *volatile method = &others;
  fill_others();
  method->init(context, argument_count & 1);
  return method->seal(context, 3);
}
#else
CORE int probe(void) { return argument_count & 1; }
#endif

#if defined METHOD_FORCED_BY_USERS_HELPER
CORE void prefer(struct context *context) { context->key.kernel = 4; }
#elif defined METHOD_FORCED_BEHIND_WRAPPER
USER int seal_it(struct method *volatile *method, struct context *context, int rounds) { return (*method)->seal(context, rounds); }
#endif
USER int run(void) {
  struct context *context = malloc(sizeof *context);
  struct method *volatile method = &methods;
  fill();
  method->init(context, argument_count > 3);
  method->tune(context);
#if defined METHOD_FORCED_BY_USERS_HELPER
  prefer(context);
#elif defined METHOD_FORCED_BEHIND_WRAPPER
  struct context *second = calloc(1, sizeof *second);
  second->key.kernel = 4;
  seal_it(&method, second, 3);
#elif defined METHOD_FORCED_BY_USER
  context->key.kernel = 4;
#endif
  return method->seal(context, argument_count) + method->open(context, argument_count) + probe();
}

#include "main-arm64.h"
