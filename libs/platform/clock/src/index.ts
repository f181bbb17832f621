export { Clock, Ids } from './clock';
