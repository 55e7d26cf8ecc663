/** Names of functions that read a variable of the environment. */
export const readsEnvironment: RegExp = /^(?:__)?(?:secure_)?getenv$/
