// Instructions tried by a function that is handed what to try, with a handler of SIGILL in place (OpenSSL's arm_probe_for), and what
// looks like that and needs the kernel all the same. Static programs have the C library in them.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sums-arm64.h"

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
#define SIMD 1
#define USABLE 4
#define OTHER 8

unsigned features;
int settings;
static sigjmp_buf back;
static sigset_t all;
#if defined HANDLER_ENDS
static void caught(int number) { (void)back; _exit(number); }
#elif defined HANDLER_LEFT
static void caught(int number) { signal(number, SIG_DFL); }
#else
static void caught(int number) { siglongjmp(back, number); }
#endif
NOINLINE static void try_simd(void) { __asm__ volatile("orr v15.16b, v15.16b, v15.16b" ::: "v15"); }
NOINLINE static void try_wide(void) { int one; STEP(one, 1); (void)one; }
static int (*const wide)(const int32_t *, int) = sum_wide;

NOINLINE static unsigned probe(void (*tried)(void), unsigned found) {
  if (sigsetjmp(back, 1) == 0) {
    tried();
    return found;
  }
  return 0;
}
#if defined CALLED_BETWEEN
NOINLINE static void between(void) { features |= USABLE; }
#elif defined WRITTEN_BETWEEN
static unsigned *where = &features;
NOINLINE static void between(void) { *where |= USABLE; }
#elif defined GIVEN_BETWEEN
NOINLINE static void set(unsigned *what) { *what |= USABLE; }
#elif defined CLEARED_BETWEEN
struct { sigset_t set; unsigned flags; } both;
NOINLINE static void set(sigset_t *what) { memset(what, 0xff, sizeof both); }
#elif defined COPIED_BETWEEN
static const unsigned wanted[] = {USABLE, 0};
#endif
#if defined OTHER_SIGNAL
#define NUMBER SIGSEGV
#else
#define NUMBER SIGILL
#endif

__attribute__((constructor)) static void detect(void) {
  struct sigaction action, before;
  sigset_t mask;
  if (settings) return;
  settings = 1;
  features = 0;
  const char *text = getenv("FEATURES");
  if (text != NULL) {
    features = strtoul(text, NULL, 0);
    return;
  }
  sigfillset(&all);
  sigdelset(&all, SIGILL);
  sigdelset(&all, SIGTRAP);
  sigdelset(&all, SIGSEGV);
  memset(&action, 0, sizeof action);
  action.sa_handler = caught;
  action.sa_mask = all;
  sigprocmask(SIG_SETMASK, &action.sa_mask, &mask);
#if defined TRIED_BEFORE
  features |= probe(try_wide, USABLE);
#endif
  sigaction(NUMBER, &action, &before);
  features |= probe(try_simd, SIMD);
  if (features & SIMD) {
#if defined OTHER_TRIED
    features |= probe(try_simd, USABLE);
#else
    features |= probe(try_wide, USABLE);
#endif
    features |= probe(try_simd, OTHER);
  }
#if defined CALLED_BETWEEN || defined WRITTEN_BETWEEN
  between();
#elif defined GIVEN_BETWEEN
  set(&features);
#elif defined CLEARED_BETWEEN
  both.flags = 0;
  set(&both.set);
  features |= both.flags & USABLE;
#elif defined COPIED_BETWEEN
  memcpy(&features, wanted, sizeof features);
#endif
#if !defined NEVER_TAKEN_AWAY
  sigaction(NUMBER, &before, NULL);
#endif
  sigprocmask(SIG_SETMASK, &mask, NULL);
#if defined TRIED_BEHIND
  features |= probe(try_wide, USABLE);
#endif
}

#if defined FORCED_LATER_STILL
NOINLINE static void force(void) { features |= USABLE; }
static int run(void) { force(); return features & USABLE ? FAST : PLAIN; }
#elif defined OTHER_BIT_ASKED
static int run(void) { return features & OTHER ? FAST : PLAIN; }
#elif defined NOT_ASKED
static int run(void) { printf("%x\n", features); return FAST; }
#elif defined TRIED_AGAIN
// in a function that sets no handler
static int run(void) { return probe(try_wide, USABLE) ? FAST : PLAIN; }
#elif defined BOTH_ASKED
static int run(void) { return (features & (SIMD | OTHER)) == (SIMD | OTHER) ? FAST : PLAIN; }
#elif defined BOTH_CHECKED
static int run(void) { return (features & (USABLE | SIMD)) == (USABLE | SIMD) ? wide(data, 1024) : PLAIN; }
#elif defined GUARDED || defined CALLED_BETWEEN || defined WRITTEN_BETWEEN || defined GIVEN_BETWEEN || defined CLEARED_BETWEEN || defined COPIED_BETWEEN || defined OTHER_SIGNAL || defined TRIED_BEFORE || defined TRIED_BEHIND || defined OTHER_TRIED || defined NEVER_TAKEN_AWAY || defined HANDLER_ENDS || defined HANDLER_LEFT
static int run(void) { return features & USABLE ? FAST : PLAIN; }
#endif

int main(int count, char **arguments) {
  (void)arguments;
  for (int i = 0; i < 1024; i++) data[i] = i * count;
  printf("%d\n", run());
  return 0;
}
