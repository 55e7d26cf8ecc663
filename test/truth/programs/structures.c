// Code that only structures in data lead to, some of which only other structures lead to. Nothing checks for what it needs.
#include <stdio.h>
#include <string.h>
#ifdef __aarch64__
#include "sums-arm64.h"
#else
#include <cpuid.h>
#include "sums.h"
#endif

struct operations {
  const char *name;
  int (*sum)(const int32_t *, int);
};
struct driver {
  long id;
  const struct operations *operations;
};
struct node {
  struct node *next;
  const struct driver *driver;
};
struct command {
  const char *name, *help;
  int (*run)(const int32_t *, int);
};
struct member {
  long id;
  int (*run)(const int32_t *, int);
};
struct wide {
  long size, version, flags, owner, count;
  int (*run)(const int32_t *, int);
};

static const struct operations plain_operations = {"plain", sum_plain}, other_operations = {"other", sum_wide};
static const struct driver plain_driver = {1, &plain_operations}, other_driver = {2, &other_operations};
static const struct driver *const drivers[] = {&plain_driver, &other_driver};
static struct node last = {0, &other_driver}, first = {&last, &plain_driver};
static struct node *head = &first;
static const struct command commands[] = {{"a", "b", sum_plain}, {"c", "d", sum_plain}, {"e", "f", sum_wide}};
static const struct member members[] = {{1, sum_plain}, {2, sum_plain}, {3, sum_plain}, {4, sum_wide}};
// of different layout, one behind another: the first ends with an empty record
static const struct member ended[] = {{1, sum_plain}, {2, sum_plain}, {3, sum_plain}, {0, 0}};
static const struct command further[] = {{"a", "b", sum_wide}, {"c", "d", sum_plain}};
static const struct wide wides[] = {{1, 2, 3, 4, 5, sum_plain}, {1, 2, 3, 4, 5, sum_wide}};

NOINLINE static void ask(void) {
#ifdef __aarch64__
  printf("%lx\n", getauxval(AT_HWCAP));
#else
  unsigned a, b, c, d;
  if (__get_cpuid(0, &a, &b, &c, &d)) printf("%x\n", b);
#endif
}

int main(int argc, char **argv) {
  static int32_t numbers[1024];
  int sum = 0;
  for (int i = 0; i < 1024; i++) numbers[i] = i;
#ifdef ASKS
  ask();
#endif
#if defined LIST
  for (int i = 0; i < 2; i++) sum += drivers[(i + argc - 1) & 1]->operations->sum(numbers, 1024);
#elif defined CHAIN
  for (struct node *node = head; node; node = node->next) sum += node->driver->operations->sum(numbers, 1024);
#elif defined COMMANDS
  for (int i = 0; i < 3; i++)
    if (strcmp(commands[i].name, argv[0])) sum += commands[i].run(numbers, 1024);
#elif defined MEMBERS
  for (int i = 0; i < 4; i++)
    if (members[i].id != argc + 100) sum += members[i].run(numbers, 1024);
#elif defined ENDED
  for (int i = 0; ended[i].run; i++)
    if (ended[i].id != argc + 100) sum += ended[i].run(numbers, 1024);
  if (argc > 100)
    for (int i = 0; i < 2; i++)
      if (strcmp(further[i].name, argv[0])) sum += further[i].run(numbers, 1024);
#else
  for (int i = 0; i < 2; i++)
    if (wides[i].size != argc + 100) sum += wides[i].run(numbers, 1024);
#endif
  printf("%d\n", sum);
  return 0;
}
