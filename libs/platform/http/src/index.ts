export { bodyPieces } from './body-pieces';
export { boundBody, boundSilence, closeUnread, hasBody } from './slow-requests';
