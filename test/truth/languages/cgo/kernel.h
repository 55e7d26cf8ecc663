// A kernel in C and its plain twin, for programs of Go.
static int data[256];
__attribute__((noinline)) static int plain(int n) { int s = 0; for (int i = 0; i < 256; i++) s += data[i] ^ n; return s; }
#if defined __aarch64__
#include <sys/auxv.h>
#include <asm/hwcap.h>
#define STEP __asm__ volatile(".inst 0x6e809400 // udot v0.4s, v0.16b, v0.16b" ::: "v0")
static int has(void) { return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0; }
#else
#define STEP __asm__ volatile("vpaddd %%ymm0, %%ymm0, %%ymm0" ::: "xmm0")
static int has(void) { return __builtin_cpu_supports("avx2"); }
#endif
__attribute__((noinline)) static int wide(int n) { int s = 0; for (int i = 0; i < 256; i++) { STEP; s += data[i] ^ n; } return s; }
static int asked(int n) { return has() ? wide(n) : plain(n); }
static int flag;
__attribute__((constructor)) static void detect(void) { flag = has(); }
static int kept(int n) { return flag ? wide(n) : plain(n); }
static int (*chosen)(int) = plain;
static int called(int n) { if (has()) chosen = wide; return chosen(n); }
