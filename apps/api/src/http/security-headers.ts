/** For answers that are data: nothing in them may run or be framed. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** For the explorer: its own files alone. Swagger UI writes style attributes. */
const EXPLORER_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Headers of every answer. A page of its own sets a policy of its own afterwards. @param path without the query */
export function securityHeaders(path: string): Record<string, string> {
  const explorer = path === '/explorer' || path.startsWith('/explorer/');
  return {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': explorer ? EXPLORER_POLICY : DATA_POLICY,
    ...(!explorer && { 'cache-control': 'no-store' }),
  };
}
