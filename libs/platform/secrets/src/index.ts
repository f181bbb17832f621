export { hashSecret, isSecret, newSecret } from './secret';
export type { SecretPrefix } from './secret';
