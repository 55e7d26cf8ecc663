/** Where a build says what it did, in the folder that it made. */
export const manifestName = 'shrink-manifest.json'
