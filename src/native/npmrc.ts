import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** Options of npm's own fetching libraries, as pacote and npm-registry-fetch name them. */
export type RegistryOptions = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * How the user's npm reaches registries: the project's .npmrc over the user's over the machine's, `npm_config_*` over
 * all of them, `${NAME}` replaced from the environment (npm docs, "npmrc"). Credentials stay in the object returned.
 */
export async function registryOptions(
  project: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<RegistryOptions> {
  const fromEnv = environmentSettings(env)
  const user = fromEnv.get('userconfig') ?? join(env['HOME'] ?? homedir(), '.npmrc')
  const projectSettings = await readNpmrc(join(project, '.npmrc'), env)
  const userSettings = await readNpmrc(user, env)
  const prefix = fromEnv.get('prefix') ?? userSettings.get('prefix') ?? env['PREFIX'] ?? dirname(dirname(process.execPath))
  const global = fromEnv.get('globalconfig') ?? userSettings.get('globalconfig') ?? join(prefix, 'etc', 'npmrc')
  const settings = new Map([...(await readNpmrc(global, env)), ...userSettings, ...projectSettings, ...fromEnv])
  return toOptions(settings, env)
}

async function readNpmrc(path: string, env: Readonly<Record<string, string | undefined>>): Promise<Map<string, string>> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return parseNpmrc(text, env)
}

/** `key=value` lines; `;` and `#` start comments; quotes around a value are dropped. */
export function parseNpmrc(text: string, env: Readonly<Record<string, string | undefined>>): Map<string, string> {
  const settings = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^;#\s=[][^=]*?)\s*(?:=\s*(.*?)\s*)?$/.exec(line)
    if (match === null) continue
    const value = (match[2] ?? 'true').replace(/^(['"])(.*)\1$/, '$2')
    settings.set(expand(match[1]!, env), expand(value, env))
  }
  return settings
}

/** `${NAME}`, `${NAME?}` (empty when unset); an unset `${NAME}` stays as it is, as npm leaves it. */
function expand(value: string, env: Readonly<Record<string, string | undefined>>): string {
  return value.replaceAll(/(?<!\\)\$\{([^${}?]+)(\?)?\}/g, (whole, name: string, optional: string | undefined) =>
    env[name] ?? (optional === undefined ? whole : ''),
  )
}

/** `npm_config_fetch_retries` is `fetch-retries`; keys of registries and scopes keep their own characters. */
function environmentSettings(env: Readonly<Record<string, string | undefined>>): Map<string, string> {
  const settings = new Map<string, string>()
  for (const [name, value] of Object.entries(env)) {
    const match = /^npm_config_(.+)$/i.exec(name)
    if (match === null || value === undefined || value === '') continue
    const key = match[1]!
    settings.set(/^\/\/|:/.test(key) ? key : key.toLowerCase().replaceAll(/(?!^)_/g, '-'), value)
  }
  return settings
}

const texts: Readonly<Record<string, string>> = {
  registry: 'registry',
  ca: 'ca',
  cafile: 'cafile',
  cert: 'cert',
  key: 'key',
  proxy: 'proxy',
  'https-proxy': 'httpsProxy',
  'http-proxy': 'proxy',
  noproxy: 'noProxy',
  'no-proxy': 'noProxy',
  'local-address': 'localAddress',
}
const numbers: Readonly<Record<string, string>> = {
  'fetch-retries': 'fetchRetries',
  'fetch-retry-factor': 'fetchRetryFactor',
  'fetch-retry-mintimeout': 'fetchRetryMintimeout',
  'fetch-retry-maxtimeout': 'fetchRetryMaxtimeout',
  'fetch-timeout': 'timeout',
  maxsockets: 'maxSockets',
}
const flags: Readonly<Record<string, string>> = {
  'strict-ssl': 'strictSSL',
  offline: 'offline',
  'prefer-offline': 'preferOffline',
}

function toOptions(settings: ReadonlyMap<string, string>, env: Readonly<Record<string, string | undefined>>): RegistryOptions {
  const options: Record<string, string | number | boolean | undefined> = {
    cache: join(resolve(settings.get('cache') ?? join(env['HOME'] ?? homedir(), '.npm')), '_cacache'),
  }
  for (const [key, value] of settings) {
    if (key.startsWith('//') || /^@[^/]+:registry$/.test(key)) options[key] = value
    else if (texts[key] !== undefined && value !== 'null') options[texts[key]] = value
    else if (numbers[key] !== undefined && Number.isFinite(Number(value))) options[numbers[key]] = Number(value)
    else if (flags[key] !== undefined) options[flags[key]] = value === 'true'
  }
  return options
}
