/** What a platform’s configuration says about which files a server runs, and which are only served. Paths as written. */
export interface HostingConfig {
  /** The script that runs first. */
  readonly main: string | undefined
  /** Folders that are served, of every environment. */
  readonly served: readonly string[]
}
