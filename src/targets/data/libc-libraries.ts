/**
 * Sonames that the C library itself brings, by its own build (glibc: `shlib-versions`; 2.34 merged most of them into
 * libc.so.6 and still installs them for old programs).
 */
export const glibcLibraries: RegExp =
  /^(?:ld-linux.*\.so\.\d+|ld(?:64)?\.so\.\d+|lib(?:c|m|mvec|pthread|dl|rt|util|resolv|nsl|anl|BrokenLocale|thread_db|nss_\w+)\.so(?:\.\d+)*|linux-vdso\.so\.1)$/

/** musl is one file; the other names exist only as empty archives, but its loader answers to them (`ldso/dynlink.c`). */
export const muslLibraries: RegExp =
  /^(?:ld-musl-[\w-]+\.so\.1|libc\.musl-[\w-]+\.so\.1|libc\.so|lib(?:m|pthread|dl|rt|util|xnet|crypt|resolv)\.so(?:\.\d+)*)$/
