import { isObject } from './envelope';
import { SnapdError } from './errors';

/** A channel and architecture that do have a revision of the snap. */
export interface AvailableRelease {
  architecture: string;
  channel: string;
}

/** What was asked of the store, and what it has instead. */
export interface RevisionRefusal {
  'snap-name': string;
  /** install, refresh or download. */
  action: string;
  channel: string;
  architecture: string;
  releases: AvailableRelease[];
}

/** Why a passphrase or PIN is too weak, in bits of entropy. */
export interface WeakAuth {
  /** low-entropy. */
  reasons: string[];
  'entropy-bits': number;
  'min-entropy-bits': number;
  'optimal-entropy-bits': number;
}

/** One field that snapd cannot use. */
export interface InvalidField {
  /** unsupported-value or parse-error. */
  reason: string;
  /** What it was: texts, or one text that cannot be parsed. */
  value?: unknown;
  supported?: string[];
}

/** `value` of a refusal, by its kind (snapd client/errors.go and daemon/errors.go). Kinds without one are not here. */
export interface SnapdErrorValues {
  /** Messages by field. */
  'invalid-auth-data': Record<string, string[]>;
  'password-policy': Record<string, unknown>;
  'snap-already-installed': { snaps?: string[]; components?: Record<string, string[]> };
  /** The snap's name; so for the next three and those of confinement. */
  'snap-not-installed': string;
  'snap-not-found': string;
  'snap-revision-not-available': string;
  'snap-needs-devmode': string;
  'snap-needs-classic': string;
  'snap-needs-classic-system': string;
  'snap-not-classic': string;
  'snap-channel-not-available': RevisionRefusal;
  'snap-architecture-not-available': RevisionRefusal;
  /** Both absent when the state moved under the request. */
  'snap-change-conflict': { 'snap-name'?: string; 'change-kind'?: string };
  'quota-change-conflict': { 'quota-name'?: string; 'change-kind'?: string };
  'insufficient-disk-space': { 'snap-names'?: string[]; 'change-kind'?: string };
  /** Of a snap's configuration, in Go's spelling; confdb has other fields. */
  'option-not-found': { SnapName: string; Key: string };
  /** Of /v2/model and its serial: which one is missing; confdb has an object. */
  'assertion-not-found': 'model' | 'serial';
  unsuccessful: { stdout: string; stderr: string; 'exit-code': number };
  'validation-set-not-found': { 'account-id': string; name: string; sequence?: number };
  'invalid-passphrase': WeakAuth;
  'invalid-pin': WeakAuth;
  'keyslots-not-found': { name: string; 'container-role': string }[];
  'keyslots-already-exist': { name: string; 'container-role': string }[];
  /** Container roles. */
  'insufficient-container-capacity': string[];
  'invalid-recovery-key': { reason: 'expired' | 'not-found' | 'invalid-format' | 'invalid-value' | (string & {}) };
  /** By field. */
  'interfaces-requests-invalid-fields': Record<string, InvalidField>;
  /** By what does not match, `path-pattern` or `permissions`: requested and replied. */
  'interfaces-requests-reply-not-match-request': Record<string, Record<string, unknown>>;
  'interfaces-requests-rule-conflict': {
    conflicts: { permission: string; variant: string; 'conflicting-id': string }[];
  };
}

/** Kinds whose `value` says nothing: absent, or an empty text. */
export type PlainErrorKind =
  | 'login-required'
  | 'auth-cancelled'
  | 'two-factor-required'
  | 'two-factor-failed'
  | 'app-not-found'
  | 'snap-local'
  | 'snap-no-update-available'
  | 'snap-not-a-snap'
  | 'interfaces-unchanged'
  | 'bad-query'
  | 'network-timeout'
  | 'dns-failure'
  | 'option-not-available'
  | 'missing-snap-resource-pair'
  | 'unsupported-system-key-version'
  | 'unsupported'
  | 'apparmor-prompting-not-running'
  | 'interfaces-requests-prompt-not-found'
  | 'interfaces-requests-rule-not-found'
  | 'interfaces-requests-patched-rule-has-no-permissions'
  | 'interfaces-requests-new-session-rule-no-session';

/** Every kind of refusal. Most refusals have none: there only the text tells. */
export type SnapdErrorKind = keyof SnapdErrorValues | PlainErrorKind;

/** Whether snapd refused, and with this kind. */
export function isErrorOfKind<K extends SnapdErrorKind>(error: unknown, kind: K): error is SnapdError & { kind: K } {
  return error instanceof SnapdError && error.kind === kind;
}

/**
 * The typed `value` of a refusal of this kind. Undefined for any other error, and where snapd sent something else than
 * it does for this kind: some kinds are used in two places, and older snapds had plainer values. What is undefined here
 * is still there, unread, as `error.value`.
 */
export function errorValue<K extends keyof SnapdErrorValues>(error: unknown, kind: K): SnapdErrorValues[K] | undefined {
  return isErrorOfKind(error, kind) ? readers[kind](error.value) : undefined;
}

type Check = (value: unknown) => boolean;
type Reader<T> = (value: unknown) => T | undefined;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isMapOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const has =
  (fields: Record<string, Check>): Check =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, check]) => check(value[name]));

function reader<T>(check: Check): Reader<T> {
  return (value) => (check(value) ? (value as T) : undefined);
}

const text: Reader<string> = reader(isText);
const revisionRefusal: Reader<RevisionRefusal> = reader(
  has({
    'snap-name': isText,
    action: isText,
    channel: isText,
    architecture: isText,
    releases: isListOf(has({ architecture: isText, channel: isText })),
  }),
);
const weakAuth: Reader<WeakAuth> = reader(
  has({
    reasons: isListOf(isText),
    'entropy-bits': isNumber,
    'min-entropy-bits': isNumber,
    'optimal-entropy-bits': isNumber,
  }),
);
const keyslots: Reader<SnapdErrorValues['keyslots-not-found']> = reader(
  isListOf(has({ name: isText, 'container-role': isText })),
);
const alreadyInstalled: Reader<SnapdErrorValues['snap-already-installed']> = reader(
  has({ snaps: maybe(isListOf(isText)), components: maybe(isMapOf(isListOf(isText))) }),
);

const readers: { [K in keyof SnapdErrorValues]: Reader<SnapdErrorValues[K]> } = {
  'invalid-auth-data': reader(isMapOf(isListOf(isText))),
  'password-policy': reader(isObject),
  // snapd before 2.76 sends the name alone
  'snap-already-installed': (value) => (typeof value === 'string' ? { snaps: [value] } : alreadyInstalled(value)),
  'snap-not-installed': text,
  'snap-not-found': text,
  'snap-revision-not-available': text,
  'snap-needs-devmode': text,
  'snap-needs-classic': text,
  'snap-needs-classic-system': text,
  'snap-not-classic': text,
  'snap-channel-not-available': revisionRefusal,
  'snap-architecture-not-available': revisionRefusal,
  'snap-change-conflict': reader(has({ 'snap-name': maybe(isText), 'change-kind': maybe(isText) })),
  'quota-change-conflict': reader(has({ 'quota-name': maybe(isText), 'change-kind': maybe(isText) })),
  'insufficient-disk-space': reader(has({ 'snap-names': maybe(isListOf(isText)), 'change-kind': maybe(isText) })),
  'option-not-found': reader(has({ SnapName: isText, Key: isText })),
  'assertion-not-found': reader((value) => value === 'model' || value === 'serial'),
  unsuccessful: reader(has({ stdout: isText, stderr: isText, 'exit-code': isNumber })),
  'validation-set-not-found': reader(has({ 'account-id': isText, name: isText, sequence: maybe(isNumber) })),
  'invalid-passphrase': weakAuth,
  'invalid-pin': weakAuth,
  'keyslots-not-found': keyslots,
  'keyslots-already-exist': keyslots,
  'insufficient-container-capacity': reader(isListOf(isText)),
  'invalid-recovery-key': reader(has({ reason: isText })),
  'interfaces-requests-invalid-fields': reader(isMapOf(has({ reason: isText, supported: maybe(isListOf(isText)) }))),
  'interfaces-requests-reply-not-match-request': reader(isMapOf(isObject)),
  'interfaces-requests-rule-conflict': reader(
    has({ conflicts: isListOf(has({ permission: isText, variant: isText, 'conflicting-id': isText })) }),
  ),
};
