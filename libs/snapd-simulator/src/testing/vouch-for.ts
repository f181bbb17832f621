import { createHash } from 'node:crypto';

/** A snap-revision assertion that gives a file its revision; its signature is none. */
export const vouchFor = (file: Buffer, revision: number): string => `type: snap-revision
authority-id: acme
snap-sha3-384: ${createHash('sha3-384').update(file).digest('base64url')}
developer-id: acme
snap-id: labnoopidlabnoopidlabnoopidlabno
snap-revision: ${revision}
snap-size: ${file.byteLength}
timestamp: 2024-01-01T00:00:00Z
sign-key-sha3-384: k

c2ln
`;
