// What the CPU has is found out in one file and kept in a key, another file copies the key into what is worked with, a third works
// with that, and a fourth asks for it: far from each other, as linkers lay them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sums-arm64.h"

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
#define SECTION(name) __attribute__((noinline, section(".text." name)))
#define KEYS SECTION("a_keys")
#define CIPHERS SECTION("c_ciphers")
#define CORE SECTION("e_core")
#define USER SECTION("g_user")
#define FAR(name) ".section .text." name ", \"ax\", %progbits\n.space 0x18000\n"
__asm__(".pushsection .text.a_keys, \"ax\", %progbits\n" FAR("b_far") ".section .text.c_ciphers, \"ax\", %progbits\n" FAR("d_far") ".section .text.e_core, \"ax\", %progbits\n" FAR(
  "f_far") ".section .text.g_user, \"ax\", %progbits\n" FAR("h_far") ".section .text.i_more, \"ax\", %progbits\n.popsection");

struct key { char schedule[400]; unsigned char fast : 1, other : 1; };
struct context { char before[80]; struct key key; int sum; };
struct job { char before[480]; unsigned char fast : 1, other : 1; int sum; };
int argument_count;

KEYS void init(struct key *key, int other) {
  memset(key, 0, sizeof *key);
  key->other = other;
  if (has(BIT)) {
    key->schedule[argument_count & 7] = 1;
    key->fast = 1;
  } else {
    key->schedule[argument_count & 3] = 2;
    key->fast = 0;
  }
}
CORE int use(struct context *context) { return context->key.fast ? FAST : PLAIN; }
#if defined KEY_FORCED_IN_CORE
CORE void tune(struct context *context) { context->key.fast = 1; }
#endif
CORE int use_job(struct job *job) { return job->fast ? FAST : PLAIN; }
static const struct key ready = {"key", 1};

#if defined KEY_AT_ONCE
CIPHERS int with(int other) {
  struct context *context = malloc(sizeof *context);
  struct key *key = malloc(sizeof *key);
  init(key, other);
  memset(context, 0, sizeof *context);
  memcpy(&context->key, key, sizeof *key);
#else
CIPHERS struct key *make(int other) { struct key *key = malloc(sizeof *key); init(key, other); return key; }
CIPHERS int with(const struct key *key) {
  struct context on_stack, *volatile pointer = &on_stack;
  struct context *context = pointer;
  memset(&on_stack, 0, sizeof on_stack);
  memcpy(&on_stack.key, key, sizeof *key);
  if (argument_count > 100) return use(&on_stack);
#endif
#if defined KEY_FORCED_BY_COPIER
  context->key.fast = 1;
#elif defined KEY_FORCED_IN_CORE
  tune(context);
#elif defined KEY_FROM_FILE
  memcpy(&context->key, &ready, sizeof ready);
#endif
  return use(context);
}
CIPHERS struct context *start(const struct key *key) {
  struct context *context = calloc(1, sizeof *context);
  memcpy(&context->key, key, sizeof *key);
  return context;
}
SECTION("i_more") struct job *make_job(void) { struct job *job = calloc(1, sizeof *job); job->fast = 1; return job; }

USER int run(void) {
#if defined KEY_AT_ONCE
  return with(argument_count > 3);
#else
  struct key *key = make(argument_count > 3);
#if defined KEY_FORCED_FIRST
  key->fast = 1;
#endif
#if defined KEY_FORCED_BY_USER
  struct context *context = start(key);
  context->key.fast = 1;
  return use(context) + with(key);
#elif defined KEY_FROM_FILE_BY_USER
  struct context *context = start(key);
  memcpy(&context->key, &ready, sizeof ready);
  return use(context) + with(key);
#elif defined KEY_AND_JOB
  struct job *job = calloc(1, sizeof *job);
  job->fast = argument_count > 0;
  return use_job(job) + with(key);
#elif defined KEY_AND_JOB_FROM_ELSEWHERE
  struct job *job = make_job();
  return use_job(job) + with(key);
#elif defined KEY_BESIDE_JOB
  struct job *job = calloc(1, sizeof *job);
  return use_job(job) + with(key);
#else
  return with(key);
#endif
#endif
}

int main(int count, char **arguments) {
  (void)arguments;
  argument_count = count;
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  printf("%d\n", run());
}
