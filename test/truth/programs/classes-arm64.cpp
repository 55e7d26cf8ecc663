// What the CPU has is kept in an object of a class by its constructor, and looked at by a virtual function that the linker lays out far away. -DSTYLE picks who
// else sets it.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include "sums-arm64.h"

#define SECTION(name) __attribute__((noinline, section(".text." name)))
#define MAKERS SECTION("a_makers")
#define METHODS SECTION("c_methods")
#define OTHERS SECTION("e_others")
#define USER SECTION("g_user")
#define FAR(name) ".section .text." name ", \"ax\", %progbits\n.space 0x18000\n"
__asm__(".pushsection .text.a_makers, \"ax\", %progbits\n" FAR("b_far") ".section .text.c_methods, \"ax\", %progbits\n" FAR("d_far") ".section .text.e_others, \"ax\", %progbits\n" FAR(
  "f_far") ".section .text.g_user, \"ax\", %progbits\n" FAR("h_far") ".section .text.i_more, \"ax\", %progbits\n.popsection");

static int argument_count;
/** As a session's options have it. */
static int is_allowed = 1;

struct options {
#if defined CLASS_PAIR_REPLACED
  const char *names;
  unsigned char wanted, fast;
#else
  char names[40];
  unsigned char wanted, fast;
  char more[80];
#endif
};

class operation {
public:
  MAKERS operation(const char *name, bool wanted);
#if defined CLASS_MADE_WITH_ONE
  MAKERS operation(const char *name, bool wanted, bool fast);
#elif defined CLASS_FROM_FILE
  constexpr operation() : wanted(true), fast(true) {}
#endif
  virtual ~operation();
  virtual int prepare(int count);
  virtual int run(const int32_t *values, int count);
  virtual void set(int way);
#if defined CLASS_FORCED_BY_MEMBER || defined CLASS_FORCED_BY_MEMBER_WIDE
  OTHERS void tune();
#elif defined CLASS_FORCED_INLINE
  void tune() { fast = true; }
#elif defined CLASS_OPTIONS_REPLACED || defined CLASS_PAIR_REPLACED
  OTHERS void replace(const options &all);
#elif defined CLASS_BY_ACCESSOR
  OTHERS options *options_of();
#endif
#if defined CLASS_PAIR_REPLACED
  char names[272] = "";
#else
  char names[136] = "";
#endif
#if defined CLASS_OPTIONS || defined CLASS_OPTIONS_FORCED || defined CLASS_OPTIONS_REPLACED || defined CLASS_PAIR_REPLACED || defined CLASS_BY_ACCESSOR
  options all;
#define WANTED all.wanted
#define QUICK all.fast
#else
#define WANTED wanted
#define QUICK fast
  bool wanted, fast;
#endif
  long counts[4] = {};
};

MAKERS operation::operation(const char *name, bool is_wanted) {
  strncpy(names, name, sizeof names - 1);
  WANTED = is_wanted;
#if defined CLASS_BY_BRANCH
  if (is_allowed) QUICK = has(BIT);
  else QUICK = false;
#elif defined CLASS_NOT_ASKED
  QUICK = is_allowed && has(OTHER_BIT | BIT);
#elif defined CLASS_FORCED_BY_ARGUMENT
  QUICK = has(BIT) | is_wanted;
#else
  QUICK = is_allowed && has(BIT);
#endif
}
#if defined CLASS_MADE_WITH_ONE
MAKERS operation::operation(const char *name, bool is_wanted, bool is_fast) : wanted(is_wanted), fast(is_fast) { strncpy(names, name, sizeof names - 1); }
#endif
operation::~operation() = default;
METHODS int operation::prepare(int count) { return counts[count & 3]++ + (QUICK ? sum_wide(data, 512) : sum_plain(data, 512)); }
METHODS int operation::run(const int32_t *values, int count) {
  if (WANTED && count > 16) {
    if (QUICK) return sum_wide(values, count);
    counts[1]++;
  }
  return sum_plain(values, count);
}
METHODS void operation::set(int way) {
#if defined CLASS_FORCED_BY_VIRTUAL
  QUICK = way != 0;
#else
  counts[way & 3]--;
#endif
}

#if defined CLASS_INHERITED || defined CLASS_FORCED_BY_HEIR || defined CLASS_FORCED_BY_HEIR_WIDE
class heir : public operation {
public:
  MAKERS heir(const char *name);
  METHODS int prepare(int count) override;
};
MAKERS heir::heir(const char *name) : operation(name, true) {
  strcat(names, "!");
#if defined CLASS_FORCED_BY_HEIR
  QUICK = true;
#elif defined CLASS_FORCED_BY_HEIR_WIDE
  WANTED = true;
  QUICK = true;
#endif
}
METHODS int heir::prepare(int count) { return count + operation::prepare(count); }
#endif

#if defined CLASS_FORCED_BY_MEMBER
OTHERS void operation::tune() { QUICK = true; }
#elif defined CLASS_FORCED_BY_MEMBER_WIDE
OTHERS void operation::tune() { WANTED = QUICK = true; }
#elif defined CLASS_FORCED_BY_OTHER
OTHERS void tune(operation *one) { one->fast = true; }
#elif defined CLASS_FORCED_BY_OTHER_WIDE
OTHERS void tune(operation *one) { one->wanted = one->fast = true; }
#elif defined CLASS_FORCED_BY_POINTER
OTHERS void allow(bool *what) { *what = true; }
#elif defined CLASS_OPTIONS_FORCED
OTHERS void allow_fast(options *some) { some->fast = 1; }
#elif defined CLASS_OPTIONS_REPLACED || defined CLASS_PAIR_REPLACED
OTHERS void operation::replace(const options &others) { all = others; }
#elif defined CLASS_BY_ACCESSOR
OTHERS options *operation::options_of() { return &all; }
#elif defined CLASS_FROM_FILE
static operation ready;
#elif defined CLASS_PART_FORCED
// an object as a part of something
struct session {
  long ids[4];
  operation one;
  MAKERS session();
};
MAKERS session::session() : ids{1}, one("part", true) {}
OTHERS void tune(session *all) { all->one.fast = true; }
#elif defined CLASS_VARIABLE_FORCED
static operation only("variable", true);
OTHERS void tune() { only.fast = true; }
#elif defined CLASS_IN_FRAME_FORCED
OTHERS void tune() {
  operation one("frame", true);
  if (argument_count > 0) one.fast = true;
  operation *volatile other = &one;
  printf("%d\n", other->run(data, 1024));
}
#elif defined CLASS_SECOND_BASE_FORCED
struct named {
  virtual ~named();
  char name[24];
};
named::~named() = default;
class both : public named, public operation {
public:
  MAKERS both();
  OTHERS void tune();
};
MAKERS both::both() : operation("second", true) { name[0] = 0; }
OTHERS void both::tune() { fast = true; }
#endif

#if defined CLASS_COPIED_FROM_FORCED
OTHERS void copy(operation *to, const operation *from) { *to = *from; }
#endif

USER static operation *make() {
#if defined CLASS_INHERITED || defined CLASS_FORCED_BY_HEIR || defined CLASS_FORCED_BY_HEIR_WIDE
  return new heir("heir");
#elif defined CLASS_MADE_WITH_ONE
  if (argument_count > 0) return new operation("one", true, true);
  return new operation("two", true);
#elif defined CLASS_FROM_FILE
  if (argument_count > 0) return &ready;
  return new operation("two", true);
#elif defined CLASS_PART_FORCED
  session *all = new session;
  if (argument_count > 0) tune(all);
  return &all->one;
#elif defined CLASS_VARIABLE_FORCED
  if (argument_count > 0) tune();
  return &only;
#elif defined CLASS_SECOND_BASE_FORCED
  both *one = new both;
  if (argument_count > 0) one->tune();
  return one;
#else
  return new operation("one", argument_count > 0);
#endif
}

USER int main(int count, char **) {
  argument_count = count;
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  operation *one = make();
#if defined CLASS_FORCED_BY_MEMBER || defined CLASS_FORCED_BY_MEMBER_WIDE || defined CLASS_FORCED_INLINE
  if (count > 0) one->tune();
#elif defined CLASS_FORCED_BY_OTHER || defined CLASS_FORCED_BY_OTHER_WIDE
  if (count > 0) tune(one);
#elif defined CLASS_FORCED_BY_POINTER
  if (count > 0) allow(&one->fast);
#elif defined CLASS_OPTIONS_FORCED
  if (count > 0) allow_fast(&one->all);
#elif defined CLASS_OPTIONS_REPLACED || defined CLASS_PAIR_REPLACED
  options others;
  memset(&others, 1, sizeof others);
  if (count > 0) one->replace(others);
#elif defined CLASS_BY_ACCESSOR
  if (count > 0) one->options_of()->fast = 1;
#elif defined CLASS_COPIED_FROM_FORCED
  operation *other = new operation("other", true);
  memset(&other->fast, 1, 1);
  copy(one, other);
#endif
#if defined CLASS_IN_FRAME_FORCED
  tune();
#endif
  one->set(count);
  printf("%d\n", one->run(data, 1024) + one->prepare(count));
  return 0;
}
