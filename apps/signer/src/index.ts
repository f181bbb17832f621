export { SignerConfig } from './config';
export { startSigner } from './start-signer';
