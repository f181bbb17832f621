import { InvalidRequestError } from '@corefleet/platform/errors';

/** No device would change: none is meant, each is there already, or each is blocked. Of somebody who asks again and again, no mistake. */
export class NothingToDoError extends InvalidRequestError {
  constructor(field: string, message: string) {
    super(`cannot plan rollout: ${message}`, [{ field, message }]);
  }
}
