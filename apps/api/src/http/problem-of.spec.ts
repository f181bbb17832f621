import { NotFoundException } from '@nestjs/common';
import { TooManyAttemptsError } from '@corefleet/features/access';
import { FilterError } from '@corefleet/features/devices';
import {
  ConflictError,
  FleetError,
  InvalidRequestError,
  NotFoundError,
  RefusedError,
  UnauthenticatedError,
} from '@corefleet/platform/errors';
import { internalProblem, problemOf } from './problem-of';

class OddError extends FleetError {
  readonly code = 'odd';
}

describe('problemOf', () => {
  it.each([
    [new InvalidRequestError('cannot read'), 400, 'invalid-request'],
    [new UnauthenticatedError('cannot log in'), 401, 'unauthenticated'],
    [new RefusedError('cannot do that'), 403, 'refused'],
    [new NotFoundError('device', 'x'), 404, 'not-found'],
    [new ConflictError('cannot pause'), 409, 'conflict'],
    [new TooManyAttemptsError('log in', 5, true), 429, 'too-many-attempts'],
    [new OddError('cannot be odd'), 400, 'odd'],
    [new NotFoundException('Cannot GET /x'), 404, 'not-found'],
    [Object.assign(new Error('Request body is too large'), { statusCode: 413 }), 413, 'body-too-large'],
  ])('gives %p the status %i and the code %s', (error, status, code) => {
    expect(problemOf(error)).toMatchObject({
      type: 'about:blank',
      status,
      code,
      detail: expect.stringContaining('cannot'),
    });
  });

  it('lists every field of a bad request', () => {
    const problems = [{ field: 'waves.0', message: 'is too big' }];
    expect(problemOf(new InvalidRequestError('cannot read', problems))).toMatchObject({ problems });
  });

  it('says where a filter cannot be read', () => {
    const problems = [{ field: 'filter', message: 'expected a value' }];
    expect(problemOf(new FilterError('expected a value', 7))).toMatchObject({
      code: 'bad-filter',
      position: 7,
      problems,
    });
  });

  it.each([
    [new Error('password=hunter2')],
    ['text'],
    [undefined],
    [Object.assign(new Error('x'), { statusCode: 500 })],
  ])('says nothing of %p', (error) => {
    expect(problemOf(error)).toBeUndefined();
    expect(internalProblem('urn:uuid:1')).toMatchObject({ status: 500, code: 'internal', instance: 'urn:uuid:1' });
  });
});
