// What `run` says of numbers, printed. Included last: `argument_count` and `run` are the program's.
int main(int count, char **arguments) {
  (void)arguments;
  argument_count = count;
  for (int i = 0; i < 1024; i++) data[i] = i * 7;
  printf("%d\n", run());
  return 0;
}
