// What the CPU has is kept in a key without a branch, and the key is copied into a context in the frame of who works with it, which a
// table of methods leads to: aws-lc's AES-GCM. Makers, methods and what works with a context lie far from each other.
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
  "f_far") ".section .text.g_user, \"ax\", %progbits\n.popsection");

struct key { char schedule[400]; unsigned char fast : 1, other : 1; };
struct context { char before[80]; struct key key; int sum; char behind[128]; };
struct method { int (*make)(struct key *key, int other); int (*seal)(const struct key *key, int rounds); int (*open)(const struct key *key, int rounds); };
int argument_count;

KEYS void init(struct key *key, int other) {
  memset(key, 0, sizeof *key);
  key->schedule[argument_count & 7] = 1;
  key->fast = (other == 0) & (has(BIT) != 0);
}
KEYS void set_up(struct key *key, int other) {
  key->schedule[8] = other;
  init(key, other);
#if defined FRAME_FORCED_BY_SETUP
  key->fast = 1;
#endif
}
CORE void feed(struct context *context, int rounds) {
  for (int i = 0; i < rounds; i++) context->before[i & 63] ^= context->key.schedule[i & 127];
}
CORE int use(struct context *context) { return context->key.fast ? FAST : PLAIN; }
CORE void stir(char *part) { part[0]++; }
#if defined FRAME_FORCED_BY_HELPER
CORE void tune(struct context *context) { context->key.fast = 1; }
#elif defined FRAME_FORCED_BY_HELPERS_HELPER
CORE void tune_key(struct key *key) { key->fast = 1; }
CORE void tune(struct context *context) { context->sum++; tune_key(&context->key); }
#elif defined FRAME_FORCED_THROUGH_PART
CORE void tune(struct key *key) { key->fast = 1; }
#endif
static const struct key ready = {"key", 1};

CIPHERS int make(struct key *key, int other) { set_up(key, other); return key->schedule[0]; }
CIPHERS int seal(const struct key *key, int rounds) {
  struct context context;
  memset(&context, 0, sizeof context);
  memcpy(&context.key, key, sizeof *key);
  stir(context.before + 16);
  feed(&context, rounds);
#if defined FRAME_FORCED_BY_HELPER || defined FRAME_FORCED_BY_HELPERS_HELPER
  tune(&context);
#elif defined FRAME_FORCED_THROUGH_PART
  tune(&context.key);
#elif defined FRAME_FORCED_IN_FRAME
  context.key.fast = 1;
#elif defined FRAME_FORCED_IF
  if (rounds >= 0) context.key.fast |= rounds >= 0;
#elif defined FRAME_FORCED_FROM_FILE
  memcpy(&context.key, &ready, sizeof ready);
#endif
  return context.key.fast ? FAST : PLAIN; // what works with it was built in
}
CIPHERS int open_(const struct key *key, int rounds) {
  struct context context;
  memset(&context, 0, sizeof context);
  memcpy(&context.key, key, sizeof *key);
  feed(&context, rounds);
  return use(&context);
}
const struct method method = {make, seal, open_};

#if defined FRAME_FORCED_WITHOUT_COPY
CIPHERS int probe(int rounds) {
  struct context context;
  memset(&context, 0, sizeof context);
  context.key.fast = 1;
  feed(&context, rounds);
  return use(&context);
}
#elif defined FRAME_FORCED_IN_ANOTHER
CIPHERS int probe(int rounds) {
  struct context context;
  struct key *key = calloc(1, sizeof *key);
  make(key, 1);
  memset(&context, 0, sizeof context);
  memcpy(&context.key, key, sizeof *key);
  context.key.fast = 1;
  feed(&context, rounds);
  return use(&context);
}
#elif defined FRAME_FORCED_FAR_AWAY
USER int probe(int rounds) {
  struct context context;
  memset(&context, 0, sizeof context);
  context.key.fast = 1;
  feed(&context, rounds);
  return use(&context);
}
#elif defined FRAME_BESIDE
// something else in a frame, of which nobody here is told
struct block { char bytes[80]; long words[64]; };
CORE long fold(const long *words) { long sum = 0; for (int i = 0; i < 64; i++) sum = sum * 3 + words[i]; return sum; }
CIPHERS int probe(int rounds) {
  struct block block;
  long *words = block.words;
  __asm__("" : "+r"(words));
  for (int i = 0; i < 64; i++) words[i] = rounds * i;
  words[50] = fold(words) | 1;
  return fold(words) & 1;
}
#else
CIPHERS int probe(int rounds) { return rounds & 1; }
#endif

USER int run(void) {
  const struct method *volatile chosen = &method;
  struct key *key = malloc(sizeof *key);
  int sum = chosen->make(key, argument_count > 3);
#if defined FRAME_FORCED_BY_USER
  key->fast = 1;
#endif
  return sum + chosen->seal(key, argument_count & 7) + chosen->open(key, argument_count & 3) + probe(argument_count);
}

#include "main-arm64.h"
