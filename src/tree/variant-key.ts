/** What folders and file names call architectures and C libraries: npm's, Debian's, Rust's and the kernel's names. */
const architectureToken =
  /(?<![a-z0-9])(?:x86[-_]64|x86|x64|amd64|i[36]86|ia32|arm64|aarch64|armv[678]l?|armhf|arm|riscv64(?:gc)?|s390x|ppc64(?:le|el)?|powerpc64(?:le)?|loong(?:arch)?64|mips(?:64)?(?:el)?)(?:-?(?:gnueabihf|musleabihf|eabihf))?(?![a-z0-9])/gi

/** koffi has `linux_x64` beside `musl_x64`. */
const libcToken = /[-_.]?(?<![a-z0-9])(?:gnu|glibc|musl|linux)(?![a-z0-9])/gi

/** The path with architectures taken out: equal for builds of one thing for several machines. */
export function withoutArchitecture(path: string): string {
  return path.replaceAll(architectureToken, '{arch}')
}

/** The path with architectures and C libraries taken out. */
export function variantKey(path: string): string {
  return withoutArchitecture(path.replaceAll(/linuxmusl/gi, 'linux').replaceAll(libcToken, ''))
}
