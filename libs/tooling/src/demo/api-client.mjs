/** The API as the demo uses it: JSON in, JSON out, and a problem is an error with its detail. */
export function createApiClient(url) {
  let token;
  const call = async (method, path, body, type = 'application/json') => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body ? { 'content-type': type } : {}),
      },
      ...(body ? { body: Buffer.isBuffer(body) ? body : JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    const answer = text === '' ? undefined : JSON.parse(text);
    if (!response.ok) throw new Error(`cannot ${method} ${path}: ${answer?.detail ?? response.status}`);
    return answer;
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    upload: (path, content, type) => call('POST', path, content, type),
    async login(username, password) {
      ({ token } = await call('POST', '/v1/login', { username, password }));
    },
  };
}
