/** Where a device fetches and stores files, at its gateway. */
export const DEVICE_ARTIFACTS_PATH = '/v1/device/artifacts';

/**
 * What the agent's Ed25519 key signs for one request that is not the link: bound to its method and target, so that a
 * proof read on the way is good for nothing else. It travels like the link's, as `linkAuthorization` writes it.
 * @param target path and query, from `/v1/device/` on
 */
export const requestProofText = (enrolmentId: string, nonce: string, method: string, target: string): string =>
  `corefleet-request-v1\n${enrolmentId}\n${nonce}\n${method} ${target}`;
