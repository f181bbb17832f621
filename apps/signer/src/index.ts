export { SignerConfig } from './config';
export { SigningKey } from './signing-key';
export { startSigner } from './start-signer';
