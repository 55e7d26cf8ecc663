// A text that a program names beside functions that it does not: GCC reaches what lies together in constant data from one anchor,
// and takes no address of what it only copies.
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "sums-arm64.h"

typedef int (*kernel)(const int32_t *, int);
int argument_count;
#define HIDDEN __attribute__((visibility("hidden")))

__attribute__((used)) static int wide(const int32_t *values, int count) { return sum_wide(values, count); }
__attribute__((used)) static int plain(const int32_t *values, int count) { return sum_plain(values, count); }

#if defined TEXT_RECORDS || defined TEXT_RECORDS_CHECKED
#define ROW(text, function) ".ascii \"" text "\"\n.byte 0, 0, 0, 0\n.quad " function "\n"
__asm__(".section .data.rel.ro, \"aw\"\n.balign 8\ntexts: " ROW("sum_of_numbers_plain", "plain") "\n" ROW("sum_of_numbers__wide", "wide") "\n.text");
struct row { char name[24]; kernel run; };
extern const struct row texts[2] HIDDEN;
#else
__asm__(".section .data.rel.ro, \"aw\"\n.balign 8\ntexts: .string \"sum_of_numbers__wide\"\n.balign 8\nmethod: .quad wide, plain\n.quad 0\n.text");
extern const char texts[] HIDDEN;
extern kernel const method HIDDEN;
#endif
NOINLINE static const void *text(void) { return texts; }
NOINLINE static int report(const char *name) { return argument_count > 5 ? puts(name) : 0; }

#if defined TEXT_BESIDE
// the method is copied where the CPU has it
static kernel chosen;
NOINLINE static void choose(void) { chosen = has(BIT) ? method : sum_plain; }
static int run(void) { choose(); return report(text()) + chosen(data, 1024); }
#elif defined TEXT_BESIDE_ALWAYS
static kernel chosen;
NOINLINE static void choose(void) { chosen = method; }
static int run(void) { choose(); return has(BIT) + report(text()) + chosen(data, 1024); }
#elif defined TEXT_BESIDE_FOUND
// nobody loads from the method's own address: it is found behind the text
NOINLINE static kernel behind(const char *name) { return *(const kernel *)(name + ((strlen(name) + 8) & ~7ul)); }
static int run(void) { return has(BIT) + behind(text())(data, 1024); }
#elif defined TEXT_RECORDS
// names are parts of records, of which the first is called by its own address as well
NOINLINE static int each(const struct row *row, int count) { int sum = 0; for (; count > 0; count--, row++) sum += row->run(data, 1024); return sum; }
static int run(void) { return has(BIT) + texts[0].run(data, 1024) + each(text(), 2); }
#elif defined TEXT_RECORDS_CHECKED
NOINLINE static int each(const struct row *row, int count) { int sum = 0; for (; count > 0; count--, row++) sum += row->run(data, 1024); return sum; }
static int run(void) { return (has(BIT) ? texts[0].run(data, 1024) : 0) + each(text(), 2); }
#else
#error no style
#endif

#include "main-arm64.h"
