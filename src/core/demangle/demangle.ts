import { demangleCpp } from './cpp.ts'
import { demangleRust } from './rust.ts'

/** The name as its programmer wrote it, or the name itself where no scheme fits. */
export function demangle(name: string): string {
  if (!name.startsWith('_')) return name
  const bare = name.startsWith('__Z') || name.startsWith('__R') ? name.slice(1) : name
  if (bare.startsWith('_R') || bare.startsWith('_ZN')) {
    const rust = demangleRust(bare)
    if (rust !== undefined) return rust
  }
  if (bare.startsWith('_Z')) return demangleCpp(bare) ?? name
  return name
}
