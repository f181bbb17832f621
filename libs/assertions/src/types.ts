/** What is true of every assertion of a type. */
export interface AssertionType {
  /** The headers that tell one from another, in order. */
  readonly primaryKey: readonly string[];
  /** Those that may be missing, and what they then are. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** The newest iteration that is understood; 0 without. */
  readonly maxFormat?: number;
  /** Signed by who sends it: there is no authority. */
  readonly withoutAuthority?: true;
}

const provenance = { provenance: 'global-upload' };

/** Every type that snapd knows (asserts/asserts.go). */
export const ASSERTION_TYPES: Readonly<Record<string, AssertionType>> = {
  account: { primaryKey: ['account-id'] },
  'account-key': { primaryKey: ['public-key-sha3-384'], maxFormat: 1 },
  'account-key-request': { primaryKey: ['public-key-sha3-384'], withoutAuthority: true },
  'base-declaration': { primaryKey: ['series'] },
  cluster: { primaryKey: ['cluster-id', 'sequence'] },
  'confdb-control': { primaryKey: ['brand-id', 'model', 'serial'], withoutAuthority: true },
  'confdb-schema': { primaryKey: ['account-id', 'name'] },
  'device-session-request': { primaryKey: ['brand-id', 'model', 'serial'], withoutAuthority: true },
  'hardware-identity': { primaryKey: ['issuer-id', 'hardware-id-key-sha3-384'] },
  model: { primaryKey: ['series', 'brand-id', 'model'] },
  preseed: { primaryKey: ['series', 'brand-id', 'model', 'system-label'] },
  repair: { primaryKey: ['brand-id', 'repair-id'] },
  'request-message': { primaryKey: ['account-id', 'message-id'] },
  'response-message': { primaryKey: ['account-id', 'message-id', 'device'], withoutAuthority: true },
  serial: { primaryKey: ['brand-id', 'model', 'serial'] },
  'serial-request': { primaryKey: [], withoutAuthority: true },
  'snap-build': { primaryKey: ['snap-sha3-384'] },
  'snap-declaration': { primaryKey: ['series', 'snap-id'], maxFormat: 7 },
  'snap-developer': { primaryKey: ['snap-id', 'publisher-id'] },
  'snap-resource-pair': {
    primaryKey: ['snap-id', 'resource-name', 'resource-revision', 'snap-revision', 'provenance'],
    defaults: provenance,
  },
  'snap-resource-revision': {
    primaryKey: ['snap-id', 'resource-name', 'resource-sha3-384', 'provenance'],
    defaults: provenance,
  },
  'snap-revision': { primaryKey: ['snap-sha3-384', 'provenance'], defaults: provenance },
  store: { primaryKey: ['store'] },
  'system-user': { primaryKey: ['brand-id', 'email'], maxFormat: 2 },
  validation: { primaryKey: ['series', 'snap-id', 'approved-snap-id', 'approved-snap-revision'] },
  'validation-set': { primaryKey: ['series', 'account-id', 'name', 'sequence'] },
};

/** A type by its name; undefined for one that snapd does not know. */
export const assertionType = (name: string): AssertionType | undefined =>
  Object.hasOwn(ASSERTION_TYPES, name) ? ASSERTION_TYPES[name] : undefined;
