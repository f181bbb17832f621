export { storesOf } from './stores-of';
