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

#if defined FRAME_MADE_BY_PART || defined FRAME_FORCED_BESIDE_PART || defined FRAME_FORCED_BY_PARTS_CALLER || defined FRAME_FORCED_BY_PARTS_OTHER_CALLER
// what LLVM's outliner took out of those who make keys, among functions that have nothing to do with it
#define PARTS SECTION("i_parts")
struct settings { char name[400]; unsigned char level; };
PARTS void settle(struct settings *settings) { settings->level = argument_count + 1; }
__asm__(".pushsection .text.h_far, \"ax\", %progbits\n.space 0x18000\n.section .text.i_parts, \"ax\", %progbits\n.balign 4\n"
        ".type set_up_part, %function\nset_up_part: add x0, x19, #0\nmov w1, w20\nmov x2, sp\nb set_up\n.size set_up_part, . - set_up_part\n.popsection");
#define SET_UP(key, other) \
  do { \
    register struct key *part_key __asm__("x19") = key; \
    register int part_other __asm__("w20") = other; \
    __asm__ volatile("bl set_up_part" ::"r"(part_key), "r"(part_other) : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x30", "cc", "memory", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"); \
  } while (0)
CIPHERS int make(struct key *key, int other) {
  SET_UP(key, other);
#if defined FRAME_FORCED_BY_PARTS_CALLER
  key->fast = 1;
#endif
  return key->schedule[0];
}
#if defined FRAME_FORCED_BESIDE_PART
CIPHERS void force(struct key *key) { key->fast = 1; }
#elif defined FRAME_FORCED_BY_PARTS_OTHER_CALLER
USER int make_forced(struct key *key, int other) {
  SET_UP(key, other);
  key->fast = 1;
  return key->schedule[1];
}
#endif
#else
CIPHERS int make(struct key *key, int other) { set_up(key, other); return key->schedule[0]; }
#endif
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
#elif defined FRAME_BESIDE_PART || defined FRAME_FORCED_THROUGH_JUMP
// the same, and what it is handed to has another function behind its end, which only jumps lead to
struct block { char bytes[80]; long words[64]; };
long fold(const long *words);
int hand_on(struct context *context);
__asm__(".pushsection .text.e_core, \"ax\", %progbits\n.balign 4\n"
        ".globl fold\n.type fold, %function\nfold: mov x1, #50\nldr x1, [x0, x1, lsl #3]\nldr x2, [x0, #8]\nadd x0, x1, x2\nret\n"
#if defined FRAME_BESIDE_PART
        ".Lpart: ldr x1, [x0]\nbr x1\n"
#else
        ".Lpart: b use\n"
#endif
        ".globl hand_on\n.type hand_on, %function\nhand_on: mov w1, #1\nb .Lpart\n.popsection");
#if defined FRAME_BESIDE_PART
struct handler { int (*handle)(struct handler *); };
CORE int count(struct handler *handler) { return argument_count; }
USER int handle(void) {
  struct handler handler = {count};
  return hand_on((struct context *)&handler);
}
CIPHERS int probe(int rounds) {
  struct block block;
  long *words = block.words;
  __asm__("" : "+r"(words));
  for (int i = 0; i < 64; i++) words[i] = rounds * i;
  words[50] = fold(words) | 1;
  return fold(words) & 1;
}
#else
CIPHERS int probe(int rounds) {
  struct context context;
  struct context *forced = &context;
  memset(&context, 0, sizeof context);
  __asm__("" : "+r"(forced));
  forced->key.fast = 1;
  return (fold((long *)forced->before) & 1) + hand_on(forced);
}
#endif
#else
CIPHERS int probe(int rounds) { return rounds & 1; }
#endif

USER int run(void) {
  const struct method *volatile chosen = &method;
  struct key *key = malloc(sizeof *key);
  int sum = chosen->make(key, argument_count > 3);
#if defined FRAME_FORCED_BY_USER
  key->fast = 1;
#elif defined FRAME_FORCED_BESIDE_PART
  force(key);
#elif defined FRAME_FORCED_BY_PARTS_OTHER_CALLER
  sum += make_forced(key, argument_count);
#endif
#if defined FRAME_BESIDE_PART
  sum += handle();
#elif defined FRAME_MADE_BY_PART
  struct settings settings;
  settle(&settings);
  sum += settings.level;
#endif
  return sum + chosen->seal(key, argument_count & 7) + chosen->open(key, argument_count & 3) + probe(argument_count);
}

#include "main-arm64.h"
