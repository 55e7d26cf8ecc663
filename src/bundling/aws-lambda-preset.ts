import type { Resolver } from './resolver.ts'

/** The packages of the SDK that gather credentials from everywhere, and what takes their place. */
const chainPackage = '@aws-sdk/credential-provider-node'

/**
 * Lambda puts the function's credentials into the environment. With them as the only source, the other providers of the
 * chain (SSO, profiles, processes, web identity, instance metadata) need not be shipped.
 *
 * @returns source text by absolute path, to be loaded in place of the file's own
 */
export function awsLambdaReplacements(resolver: Resolver): ReadonlyMap<string, string> {
  const replacements = new Map<string, string>()
  const usage = resolver.usage().get(chainPackage)
  for (const path of usage?.imported.values() ?? []) {
    replacements.set(path, `import { fromEnv } from '@aws-sdk/credential-provider-env'
export const defaultProvider = (init = {}) => fromEnv(init)
export const credentialsWillNeedRefresh = (credentials) => credentials?.expiration !== undefined
export const credentialsTreatedAsExpired = (credentials) =>
  credentials?.expiration !== undefined && credentials.expiration.getTime() - Date.now() < 300000
`)
  }
  for (const path of usage?.required.values() ?? []) {
    replacements.set(path, `const { fromEnv } = require('@aws-sdk/credential-provider-env')
exports.defaultProvider = (init = {}) => fromEnv(init)
exports.credentialsWillNeedRefresh = (credentials) => credentials?.expiration !== undefined
exports.credentialsTreatedAsExpired = (credentials) =>
  credentials?.expiration !== undefined && credentials.expiration.getTime() - Date.now() < 300000
`)
  }
  return replacements
}
