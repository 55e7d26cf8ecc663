// As pytorch's cpuinfo does: which processor it is comes from texts of /proc/cpuinfo, and says more than the kernel does; a function is
// given the structure that it sets flags in.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sums-arm64.h"

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)
#define PART 0xff00fff0u
#define CORTEX_A53 0x4100d030u
#define CORTEX_A55 0x4100d050u
#define CORTEX_A76 0x4100d0b0u
int argument_count;

struct found { unsigned char crc, lse, half, wide, sve, more[11]; };
#if defined PROCESSOR_PRESET
static struct found found = {0, 0, 0, 1};
#else
static struct found found;
#endif
struct found other;
static const struct found ready = {1, 1, 1, 1};

NOINLINE static unsigned read_processor(void) {
  char line[256], *value = "0x410fd034";
  unsigned processor = 0;
  FILE *file = fopen("/proc/cpuinfo", "r");
  while (file && fgets(line, sizeof line, file)) if (!strncmp(line, "CPU part", 8)) { value = strchr(line, ':') + 1; processor = 0x410f0000 | (unsigned)strtoul(value, 0, 16) << 4; }
  if (file) fclose(file);
  return processor ? processor : (unsigned)strtoul(value, 0, 16);
}

NOINLINE static void decode(unsigned long features, unsigned processor, struct found *found) {
  if (features & HWCAP_CRC32) found->crc = 1;
  if (features & HWCAP_ATOMICS) found->lse = 1;
  switch (processor & PART) {
    case CORTEX_A55:
    case CORTEX_A76:
#if defined PROCESSOR_SAME
    case CORTEX_A53:
#endif
      found->half = found->wide = 1;
      break;
    default:
      if (features & HWCAP_ASIMDHP) found->half = 1;
      if (features & BIT) found->wide = 1;
#if defined PROCESSOR_FORCED_INSIDE
      if (argument_count > 0) found->wide = 1;
#endif
  }
#if defined PROCESSOR_OTHER_NUMBER
  // another number of which only some bits count
  if (((unsigned)features & 0x0000fff0u) == 0x8f0 || (processor & 0x0000fff0u) == (CORTEX_A53 & 0xffff)) found->wide = 1;
#endif
  if (features & HWCAP_SVE) found->sve = 1;
}

NOINLINE static void find(void) {
  decode(getauxval(AT_HWCAP), read_processor(), &found);
#if defined PROCESSOR_OF_TWO
  if (argument_count > 5) decode(getauxval(AT_HWCAP), 0, &other);
#elif defined PROCESSOR_FORCED
  if (argument_count > 0) found.wide = 1;
#elif defined PROCESSOR_COPIED
  if (argument_count > 0) memcpy(&found, &ready, sizeof found);
#elif defined PROCESSOR_COPIED_FROM_OTHER
  memset(&other, 1, sizeof other);
  found = other;
#endif
}

static int run(void) { find(); return found.wide ? FAST : PLAIN; }

#include "main-arm64.h"
