/** What a request to the store ends with while it cannot be reached (§8.1). */
export const storeError = (method: string, path: string): string =>
  `${method} "https://api.snapcraft.io/v2/${path}": dial tcp: lookup api.snapcraft.io: no such host`;
