// What a check found out, in an object that others are given: through a parameter, in the frame, or allocated. Who is given it may
// set it, too.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __aarch64__
#include "sums-arm64.h"
#else
#include <cpuid.h>
#include "sums.h"
#define BIT bit_AVX2
NOINLINE static int has(unsigned bit) {
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & bit) != 0;
}
#endif

#define FAST sum_wide(data, 1024)
#define PLAIN sum_plain(data, 1024)

struct object { long count; int fast, more; char name[100]; int far; };
struct holder { struct object *object; };
static struct object *kept;
int arguments;

#if defined SET_BY_CALLEE || defined SET_IN_FRAME || defined SET_ALLOCATED
NOINLINE static void set(struct object *object) { if (object->count) object->fast = 1; }
#elif defined SET_IN_LOOP
NOINLINE static void set(struct object *object) { for (int i = 0; i < object->count; i++) object->fast |= 1; }
#elif defined SET_FAR
NOINLINE static void set(struct object *object) { if (object->count) object->far = 1; }
#elif defined SET_DEEP || defined SET_DEEP_IN_FRAME || defined SET_DEEP_ALLOCATED
NOINLINE static void set_it(struct object *object) { if (object->count) object->fast = 1; }
NOINLINE static void second(struct object *object) { puts("second"); set_it(object); }
NOINLINE static void set(struct object *object) { puts("first"); second(object); }
#elif defined SET_BY_POINTER || defined SET_BY_POINTER_IN_FRAME
static void set_it(struct object *object) { if (object->count) object->fast = 1; }
static void (*volatile set)(struct object *) = set_it;
#elif defined SET_IN_HOLDER || defined SET_IN_HOLDER_IN_FRAME
NOINLINE static void set_in(struct holder *holder) { if (holder->object->count) holder->object->fast = 1; }
#elif defined SET_KEPT || defined SET_KEPT_IN_FRAME
NOINLINE static void set_kept(void) { if (kept->count) kept->fast = 1; }
NOINLINE static void keep(struct object *object) { kept = object; }
#elif defined TOLD || defined TOLD_AND_SET || defined TOLD_TWO || defined TOLD_BY_ANOTHER
NOINLINE static int choose(const struct object *object) {
  int chosen = 0;
  for (int i = 0; i < 2; i++) if (object->fast) chosen |= 1 << i;
  return chosen;
}
#elif defined TOLD_AND_CHANGED
NOINLINE static void change(struct object *object) { if (object->count) object->fast = 1; }
NOINLINE static int choose(struct object *object) { change(object); return object->fast; }
#elif defined TOLD_TWICE
NOINLINE static int choose(const struct object *object, struct object *other) { other->fast = 1; return object->fast; }
#endif

#if defined SET_BY_CALLEE || defined SET_IN_LOOP || defined SET_DEEP || defined SET_BY_POINTER
NOINLINE static int use(struct object *object) { object->fast = has(BIT); set(object); return object->fast ? FAST : PLAIN; }
#elif defined SET_KEPT
NOINLINE static int use(struct object *object) { keep(object); object->fast = has(BIT); set_kept(); return object->fast ? FAST : PLAIN; }
#elif defined SET_THROUGH_OTHER
NOINLINE static int use_two(struct object *object, struct object *other) { object->fast = has(BIT); other->fast = 1; return object->fast ? FAST : PLAIN; }
static int use(struct object *object) { return use_two(object, arguments ? object : kept); }
#elif defined SET_IN_HOLDER
NOINLINE static int use_in(struct holder *holder) { holder->object->fast = has(BIT); set_in(holder); return holder->object->fast ? FAST : PLAIN; }
static int use(struct object *object) { struct holder holder = {object}; return use_in(&holder); }
#elif defined LEFT_ALONE
NOINLINE static int use(struct object *object) { object->fast = has(BIT); return object->fast ? FAST : PLAIN; }
#elif defined SET_ALLOCATED || defined SET_DEEP_ALLOCATED
NOINLINE static int use(struct object *given) {
  struct object *object = malloc(sizeof *object);
  object->count = given->count;
  object->fast = has(BIT);
  set(object);
  return object->fast ? FAST : PLAIN;
}
#else
NOINLINE static int use(struct object *given) {
  struct object object;
  memset(&object, 0, sizeof object);
  object.count = given->count;
#if defined SET_KEPT_IN_FRAME
  keep(&object);
#endif
#if defined SET_FAR
  object.far = has(BIT);
#else
  object.fast = has(BIT);
#endif
#if defined SET_IN_FRAME || defined SET_FAR || defined SET_DEEP_IN_FRAME || defined SET_BY_POINTER_IN_FRAME
  set(&object);
#elif defined SET_KEPT_IN_FRAME
  set_kept();
#elif defined SET_IN_HOLDER_IN_FRAME
  struct holder holder = {&object};
  set_in(&holder);
#elif defined TOLD || defined TOLD_AND_CHANGED
  return choose(&object) ? FAST : PLAIN;
#elif defined TOLD_AND_SET
  object.fast |= given->count;
  return choose(&object) ? FAST : PLAIN;
#elif defined TOLD_TWO
  struct object other = {.fast = 1};
  return choose(&object) + choose(&other) > 1 ? FAST : PLAIN;
#elif defined TOLD_BY_ANOTHER
  return choose(&object) | choose(given) ? FAST : PLAIN;
#elif defined TOLD_TWICE
  return choose(&object, &object) ? FAST : PLAIN;
#endif
#if defined SET_FAR
  return object.far ? FAST : PLAIN;
#else
  return object.fast ? FAST : PLAIN;
#endif
}
#endif

int main(int count, char **names) {
  arguments = count;
  struct object *object = calloc(1, sizeof *object);
  object->count = count;
#if defined TOLD_BY_ANOTHER
  object->fast = 1;
#endif
  printf("%s %d\n", names[0], use(object));
  return 0;
}
