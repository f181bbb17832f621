export { describeAssertion, identityOf, isSupported, textOf, type Assertion } from './assertion';
export { CANONICAL } from './anchors';
export { decodeAssertion, decodeAssertions } from './decode';
export { AssertionError } from './errors';
export type { HeaderMap, HeaderValue } from './headers';
export { mintAuthority, mintBrand, type Authority, type Brand, type SetStatement } from './mint';
export { encodePublicKey, signAssertion, type Statement } from './sign';
export { readAccount, type Account } from './subjects/account';
export { isValidAt, readAccountKey, type AccountKey } from './subjects/account-key';
export { readModel, type Model, type ModelValidationSet } from './subjects/model';
export type { ModelSnap } from './subjects/model-snaps';
export { readSerial, type Serial } from './subjects/serial';
export { readStore, type Store } from './subjects/store';
export { readSystemUser, type SystemUser } from './subjects/system-user';
export {
  readValidationSet,
  type Presence,
  type ValidationSet,
  type ValidationSetComponent,
  type ValidationSetSnap,
} from './subjects/validation-set';
export { trustIn, type Trust } from './trust';
export { ASSERTION_TYPES, assertionType, type AssertionType } from './types';
export { verifyAssertions, type Refusal, type RefusalKind, type Verification, type VerifyContext } from './verify';
