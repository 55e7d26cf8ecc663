// A number of a text (of an environment variable) that overrides what a check found out, and what only looks like that.
#include <stdio.h>
#include <stdlib.h>
#include "sums-arm64.h"

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
int argument_count;
typedef int (*kernel)(const int32_t *, int);
static const kernel entries[] = {sum_plain, sum_wide, sum_plain};

// as libaom does: a number instead of what the CPU says, and a number that is a mask for that
NOINLINE static int capabilities(void) {
  const char *text = getenv("KERNELS_OF_SUMS");
  int flags = 1;
#if !defined NUMBER_NOT_ASKED
  if (text && *text) flags = (int)strtol(text, NULL, 0);
  else {
    if (getauxval(AT_HWCAP) & HWCAP_CRC32) flags |= 2;
    if (getauxval(AT_HWCAP) & BIT) flags |= 4;
    if (getauxval(AT_HWCAP2) & HWCAP2_I8MM) flags |= 8;
    if (getauxval(AT_HWCAP) & HWCAP_SVE) flags |= 16;
    text = getenv("MASK_OF_SUMS");
    flags &= text && *text ? (int)strtol(text, NULL, 0) : ~0;
  }
#endif
#if defined NUMBER_OVERRIDES
#elif defined NUMBER_NOT_ASKED
  flags = text ? atoi(text) : 5;
#elif defined NUMBER_AND_FORCED
  if (argument_count > 0) flags |= 4;
#elif defined NUMBER_REPLACED
  if (argument_count > 0) flags = 0x15;
#elif defined NUMBER_OR
  flags |= text ? (int)strtol(text, NULL, 0) | 4 : 4;
#elif defined NUMBER_OF_ENTRY
  kernel run = entries[text ? atoi(text) : 1];
  data[0] = run(data, 1024);
#else
#error no style
#endif
  // as one asks for another
  if (!(flags & 4)) flags &= ~(8 | 16);
  if (!(flags & 8)) flags &= ~16;
  if (!(flags & 16)) flags &= ~32;
  return flags;
}

static int run(void) { return capabilities() & 4 ? FAST : PLAIN; }

#include "main-arm64.h"
