/** The address of a path at the gateway, which may itself lie below a path. */
export function gatewayAddress(gatewayUrl: string, path: string): URL {
  return new URL(path.replace(/^\//, ''), gatewayUrl.endsWith('/') ? gatewayUrl : `${gatewayUrl}/`);
}
