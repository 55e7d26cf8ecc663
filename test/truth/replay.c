// replay HEX…: executes single instructions, and prints for each I (illegal), or . (anything else: it ran, or touched memory it may not).
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static sigjmp_buf back;
static void *saved_stack;

static void caught(int number) { siglongjmp(back, number); }

int main(int count, char **arguments) {
  unsigned char *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned char *data = mmap(0, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  sigaltstack(&stack, 0);
  struct sigaction action = {.sa_handler = caught, .sa_flags = SA_ONSTACK | SA_NODEFER};
  const int signals[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE};
  for (int i = 0; i < 5; i++) sigaction(signals[i], &action, 0);
  for (int i = 1; i < count; i++) {
    memset(code, 0xcc, 64); // INT3 behind the instruction
    size_t length = strlen(arguments[i]) / 2;
    for (size_t at = 0; at < length; at++) sscanf(arguments[i] + 2 * at, "%2hhx", code + at);
    int number = sigsetjmp(back, 1);
    if (number == 0) {
      // every register points to memory that is there; sigsetjmp has kept what the compiler wants back
      register unsigned char *place __asm__("rax") = data + (1 << 15);
      __asm__ volatile(
          "mov %%rsp, %1\n\tmov %%rax, %%rcx\n\tmov %%rax, %%rdx\n\tmov %%rax, %%rbx\n\tmov %%rax, %%rsi\n\tmov %%rax, %%rbp\n\t"
          "mov %%rax, %%r8\n\tmov %%rax, %%r9\n\tmov %%rax, %%r10\n\tmov %%rax, %%r11\n\tmov %%rax, %%r12\n\tmov %%rax, %%r13\n\t"
          "mov %%rax, %%r14\n\tmov %%rax, %%r15\n\tjmp *%%rdi"
          : "+r"(place), "=m"(saved_stack)
          : "D"(code)
          : "memory");
    }
    putchar(number == SIGILL ? 'I' : '.');
  }
  putchar('\n');
  return 0;
}
