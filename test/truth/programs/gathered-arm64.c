// What the CPU has is gathered in an object of the frame, as std_detect of Rust does, of which a function makes a word that is kept.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sums-arm64.h"

#if defined GATHERED_LARGE_MADE_KEPT
#define GATHERED_MADE_KEPT
#elif defined GATHERED_LARGE_FILLED_KEPT
#define GATHERED_FILLED_KEPT
#elif defined GATHERED_LARGE_CLEARED_KEPT
#define GATHERED_CLEARED_KEPT
#elif defined GATHERED_LARGE_HELD_ALONE
#define GATHERED_HELD_ALONE
#endif
#if defined GATHERED_LARGE_MADE_KEPT || defined GATHERED_LARGE_FILLED_KEPT || defined GATHERED_LARGE_CLEARED_KEPT || defined GATHERED_LARGE_HELD_ALONE
#define GATHERED_LARGE
#endif

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
#define FOUND 8
int argument_count;
static unsigned long word;

struct found { unsigned char crc, lse, wide, i8mm, sve, more[27]; };
static struct found *volatile kept;
NOINLINE static void keep(struct found *found) { kept = found; }
struct holder { long before; struct found *found; };
static struct holder *volatile held;
NOINLINE static void hold(struct holder *holder) { held = holder; }
NOINLINE static void change_held(void) { held->found->wide = 1; }
NOINLINE static void change(void) { kept->wide = 1; }

#if defined GATHERED_FILLED_KEPT || defined GATHERED_MADE_KEPT
// fills in what it is given the address of, and returns that
NOINLINE static struct found *make(struct found *found, unsigned long first, unsigned long second) {
  found->crc = (first & HWCAP_CRC32) != 0;
  found->lse = (first & HWCAP_ATOMICS) != 0;
  found->wide = (first & BIT) != 0;
  found->i8mm = (second & HWCAP2_I8MM) != 0;
  found->sve = (first & HWCAP_SVE) != 0;
  for (int i = 0; i < 27; i++) found->more[i] = 0;
#if defined GATHERED_MADE_KEPT
  kept = found;
#endif
  return found;
}
#endif

#if defined GATHERED_LARGE
// more than is looked at for what one call passes
#define OTHERS(from) REST(from) REST(from + 1) REST(from + 2) REST(from + 3) REST(from + 4) REST(from + 5) REST(from + 6) REST(from + 7) REST(from + 8)
#define REST(i) if (found->more[i] && found->crc) word |= 1ul << (5 + (i)); if (found->more[i] == 2 && !found->lse) word ^= 3ul << (5 + (i));
#else
#define OTHERS(from) if (found->more[from] && found->crc) word |= 1ul << (5 + from);
#endif

NOINLINE static unsigned long combine(struct found *found, struct found *second) {
  unsigned long word = 0;
#if defined GATHERED_KEPT || defined GATHERED_STORED || defined GATHERED_MADE_KEPT || defined GATHERED_FILLED_KEPT || defined GATHERED_CLEARED_KEPT
  change();
#elif defined GATHERED_HELD
  change_held();
#elif defined GATHERED_TWO
  second->wide = 1;
#elif defined GATHERED_LATER_MEMBER
  ((struct found *)((char *)found - 4))->wide = 1;
  found = (struct found *)((char *)found - 4);
#elif defined GATHERED_SET
  found->wide = 1;
#elif defined GATHERED_KEPT_BY_CALLEE
  kept = found;
#endif
  if (found->crc) word |= 1;
  if (found->lse) word |= 2;
  if (found->i8mm && found->wide) word |= 4;
  if (found->wide) word |= FOUND;
  if (found->sve) word |= 16;
  OTHERS(0)
#if defined GATHERED_LARGE
  OTHERS(9)
  OTHERS(18)
#elif defined GATHERED_FORCED_INSIDE
  if (argument_count > 0) word |= FOUND;
#endif
  return word | 1ul << 63;
}

NOINLINE static unsigned long gather(void) {
  struct found found;
  unsigned long first = getauxval(AT_HWCAP), second = getauxval(AT_HWCAP2);
#if defined GATHERED_FILLED_KEPT
  kept = make(&found, first, second);
  return combine(&found, &found);
#elif defined GATHERED_MADE_KEPT
  make(&found, first, second);
  return combine(&found, &found);
#endif
#if defined GATHERED_CLEARED_KEPT
  kept = memset(&found, 0, argument_count > 90 ? 9 : sizeof found);
#else
  memset(&found, 0, sizeof found);
#endif
#if defined GATHERED_HELD_ALONE
  struct holder volatile alone = {1, &found};
  word = alone.before - 1;
#elif defined GATHERED_HELD
  struct holder holder = {1, &found};
  hold(&holder);
#elif defined GATHERED_STORED
  kept = &found;
#endif
#if defined GATHERED_KEPT || defined GATHERED_KEPT_BEFORE
  keep(&found);
#endif
  found.crc = (first & HWCAP_CRC32) != 0;
  found.lse = (first & HWCAP_ATOMICS) != 0;
  found.wide = (first & BIT) != 0;
  found.i8mm = (second & HWCAP2_I8MM) != 0;
  found.sve = (first & HWCAP_SVE) != 0;
#if defined GATHERED_FORCED
  if (argument_count > 0) found.wide = 1;
#elif defined GATHERED_KEPT_BEFORE
  change();
#endif
#if defined GATHERED_LATER_MEMBER
  return combine((struct found *)&found.sve, 0);
#else
  unsigned long all = combine(&found, &found);
#if defined GATHERED_KEPT_BY_CALLEE
  change();
#endif
#if defined GATHERED_SET || defined GATHERED_KEPT_BY_CALLEE
  if (found.wide) all |= FOUND;
#endif
  return all;
#endif
}

static int run(void) {
  if (!word) word = gather();
  return word & FOUND ? FAST : PLAIN;
}

#include "main-arm64.h"
