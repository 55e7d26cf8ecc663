// A byte that says whether anybody has asked about the CPU yet (255: nobody), in a program in which those who would ask were left out.
#include <stdio.h>
#include <string.h>
#include "sums-arm64.h"

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
int argument_count;

struct state { char more[40]; unsigned char token, rest[23]; };
#pragma GCC visibility push(hidden)
extern unsigned char token, before[];
extern struct state state;
#pragma GCC visibility pop
__asm__(".data\n.balign 64\n.globl before, token, state\nbefore: .zero 4\n"
#if defined TOKEN_IN_STRUCTURE || defined TOKEN_IN_STRUCTURE_SET || defined TOKEN_BESIDE_THREADS || defined TOKEN_BESIDE_SET
        "state: .zero 40\n"
#endif
        "token: .byte 255\n.zero 63\n.text");
#if defined TOKEN_BESIDE_THREADS || defined TOKEN_BESIDE_SET
#define token state.token // as a part, without optimization as well
#endif
NOINLINE static int use(void) { return token == 1 ? FAST : PLAIN; }

#if defined TOKEN_UNSET
static void change(void) {}
#elif defined TOKEN_ASKED
// who asks stores what comes of it
NOINLINE static void change(void) { if (token == 255) token = has(BIT); }
#elif defined TOKEN_BESIDE_THREADS || defined TOKEN_BESIDE_SET
// who names what lies before it stores in an array of the thread, and nobody knows where in there
static __thread volatile unsigned char marks[16];
NOINLINE static void count(unsigned *counter) { ++*counter; }
NOINLINE static void mark(void) {
  count((unsigned *)&state);
#if defined TOKEN_BESIDE_SET
  ((unsigned char *)&state)[argument_count * 40] = 1;
#else
  marks[argument_count & 15] = 1;
#endif
}
NOINLINE static void change(void) { mark(); if (token == 255) token = has(BIT) + (marks[15] & 0); }
#elif defined TOKEN_SET
NOINLINE static void change(void) { if (argument_count > 0) token = 1; }
#elif defined TOKEN_SET_WIDE
NOINLINE static void change(void) { const unsigned long ones = 0x0101010101010101; if (argument_count > 0) memcpy(before, &ones, 8); }
#elif defined TOKEN_FILLED
NOINLINE static void change(void) { memset(before, argument_count, 16); }
#elif defined TOKEN_HANDED
NOINLINE static void set(unsigned char *flag) { *flag = argument_count; }
NOINLINE static void change(void) { set(&token); }
#elif defined TOKEN_KEPT
static unsigned char *volatile kept;
NOINLINE static void keep(void) { kept = &token; }
NOINLINE static void change(void) { keep(); *kept = 1; }
#elif defined TOKEN_POINTED
static unsigned char *volatile pointed = &token;
NOINLINE static void change(void) { *pointed = 1; }
#elif defined TOKEN_SWAPPED
NOINLINE static void change(void) { unsigned char old = 255; __atomic_compare_exchange_n(&token, &old, 1, 0, 5, 5); }
#elif defined TOKEN_IN_STRUCTURE
NOINLINE static void change(void) { state.more[argument_count & 7] = 5; }
#elif defined TOKEN_IN_STRUCTURE_SET
NOINLINE static void set(struct state *of) { of->token = 1; }
NOINLINE static void change(void) { set(&state); }
#else
#error no style
#endif

int main(int count, char **arguments) {
  (void)arguments;
  argument_count = count;
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  change();
  printf("%d %d\n", has(BIT), use());
  return 0;
}
