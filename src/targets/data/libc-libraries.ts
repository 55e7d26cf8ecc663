/**
 * Sonames that the C library itself brings, by its own build (glibc: `shlib-versions`; 2.34 merged most of them into
 * libc.so.6 and still installs them for old programs).
 */
export const glibcLibraries: RegExp =
  /^(?:ld-linux.*\.so\.\d+|ld(?:64)?\.so\.\d+|lib(?:c|m)\.so\.6(?:\.1)?|libpthread\.so\.0|lib(?:dl|resolv|nss_\w+)\.so\.2(?:\.1)?|lib(?:rt|util|nsl|anl|mvec|BrokenLocale|thread_db)\.so\.1(?:\.1)?|linux-vdso\.so\.1)$/

/** FreeBSD's C library and what only goes with it. */
export const freebsdLibraries: RegExp = /^lib(?:c\.so\.7|thr\.so\.3|sys\.so\.7|m\.so\.5|util\.so\.[89])$/

/** musl is one file; the other names exist only as empty archives, but its loader answers to them (`ldso/dynlink.c`). */
export const muslLibraries: RegExp =
  /^(?:ld-musl-[\w-]+\.so\.1|libc\.musl-[\w-]+\.so\.1|libc\.so|lib(?:m|pthread|dl|rt|util|xnet|crypt|resolv)\.so(?:\.\d+)*)$/
