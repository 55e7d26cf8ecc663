/** How a program of Go comes to a kernel in C that is linked into it. */
export const cgoStyles = {
  direct: ['needed', 'func main() { println(int(C.wide(3))) }'],
  init: ['needed', 'var sum = int(C.wide(3))\n\nfunc main() { println(sum) }'],
  goroutine: ['needed', 'func main() {\n\tsums := make(chan int)\n\tgo func() { sums <- int(C.wide(3)) }()\n\tprintln(<-sums)\n}'],
  asked: ['guarded', 'func main() { println(int(C.asked(3))) }'],
  kept: ['guarded', 'func main() { println(int(C.kept(3))) }'],
  called: ['guarded', 'func main() { println(int(C.called(3))) }'],
} as const
