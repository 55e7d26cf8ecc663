/** 0 done · 1 not met · 2 usage or configuration · 3 something could not be processed · 70 our bug · 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 70 | 130
