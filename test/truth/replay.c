// replay HEX…: executes single instructions, each in a process of its own, and prints for each I (illegal), or . (anything else:
// it ran, or touched memory it may not).
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void execute(unsigned char *code, unsigned char *place) {
  // every register points to memory that is there; INT3 follows, and nothing comes back
  __asm__ volatile(
      "mov %%rax, %%rcx\n\tmov %%rax, %%rdx\n\tmov %%rax, %%rbx\n\tmov %%rax, %%rsi\n\tmov %%rax, %%rbp\n\t"
      "mov %%rax, %%r8\n\tmov %%rax, %%r9\n\tmov %%rax, %%r10\n\tmov %%rax, %%r11\n\tmov %%rax, %%r12\n\tmov %%rax, %%r13\n\t"
      "mov %%rax, %%r14\n\tmov %%rax, %%r15\n\tjmp *%%rdi"
      :
      : "a"(place), "D"(code)
      : "memory");
}

int main(int count, char **arguments) {
  unsigned char *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned char *data = mmap(0, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  for (int i = 1; i < count; i++) {
    memset(code, 0xcc, 64);
    size_t length = strlen(arguments[i]) / 2;
    for (size_t at = 0; at < length; at++) sscanf(arguments[i] + 2 * at, "%2hhx", code + at);
    int status = 0;
    pid_t child = fork();
    if (child == 0) execute(code, data + (1 << 15));
    waitpid(child, &status, 0);
    putchar(WIFSIGNALED(status) && WTERMSIG(status) == SIGILL ? 'I' : '.');
    fflush(stdout);
  }
  putchar('\n');
  return 0;
}
