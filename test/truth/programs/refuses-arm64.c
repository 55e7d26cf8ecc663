// main returns a failure where the CPU lacks DOTPROD.
#include "sums-arm64.h"
#include <stdio.h>

int main(void) {
  if (!has(BIT)) {
    puts("this program needs it");
    return 77;
  }
  printf("%d\n", sum_wide(data, 1024));
  return 0;
}
