import type { JsonValue } from '../../../core/json.ts'
import { ConfigError } from '../../../core/errors.ts'
import { type Edition, editions, parseEdition } from '../read/syntax-features.ts'

export interface MinifySettings {
  readonly minify: boolean
  readonly keepNames: boolean
  readonly legalComments: 'keep' | 'collect' | 'none'
  readonly sourceMap: 'auto' | 'none'
  /** Newest syntax that may be written; what the file uses already when undefined. */
  readonly target: Edition | undefined
  readonly rename: boolean
  /** Level `max`: how long names are searched for. */
  readonly effort: number
  /** Names declared at the top are the file's own, whatever it looks like: it is a bundle, loaded as a module. */
  readonly ownScope: boolean
}

/** Reads the `js` section of the configuration. @throws ConfigError for a target that is no edition */
export function minifySettings(options: { readonly [key: string]: JsonValue | undefined }): MinifySettings {
  const target = options['target']
  const edition = typeof target === 'string' ? parseEdition(target) : undefined
  if (typeof target === 'string' && edition === undefined) {
    throw new ConfigError(`js.target: \`${target}\` is none of ${editions.join(', ')}`)
  }
  return {
    minify: options['minify'] !== false,
    keepNames: options['keepNames'] === true,
    legalComments: (options['legalComments'] ?? 'keep') as MinifySettings['legalComments'],
    sourceMap: (options['sourceMap'] ?? 'auto') as MinifySettings['sourceMap'],
    target: edition,
    rename: options['rename'] !== false,
    effort: Number(options['renameEffort'] ?? 1),
    ownScope: options['ownScope'] === true,
  }
}
