import { SnapdError, SnapdGarbageError, SnapdTimeoutError, SnapdUnreachableError } from '@corefleet/snapd-client';
import { ArtifactError } from '../artifacts/artifact-error';
import { judgeReading, judgeRequest } from './failure';

const post = { method: 'POST', path: '/v2/snaps' };
const busy = 'other changes in progress (conflicting change "x"), change "y" not allowed until they are done';

it.each([
  [
    new SnapdError({ status: 409, kind: 'snap-change-conflict', message: 'busy' }, post),
    'later',
    'snap-change-conflict',
  ],
  [new SnapdError({ status: 409, message: 'busy' }, post), 'later', 'snap-change-conflict'],
  [new SnapdError({ status: 500, message: busy }, post), 'later', 'snap-change-conflict'],
  [new SnapdError({ status: 400, kind: 'snap-local', message: 'no' }, post), 'refused', 'snapd-refused'],
  [new SnapdError({ status: 500, message: 'no' }, post), 'refused', 'snapd-refused'],
  [new SnapdUnreachableError(post, 'ENOENT', false), 'later', 'snapd-unreachable'],
  [new SnapdUnreachableError(post, 'ECONNRESET', true), 'unknown', 'snapd-unreachable'],
  [new SnapdTimeoutError(post, 1, true), 'unknown', 'snapd-timeout'],
  [new SnapdGarbageError(post, 'nonsense'), 'unknown', 'snapd-garbage'],
  [new Error('who knows'), 'unknown', 'agent-error'],
])('judges a request that failed with %s', (error, kind, cause) => {
  expect(judgeRequest(error)).toMatchObject({ kind, why: { cause } });
});

it.each([
  [new SnapdUnreachableError(post, 'ECONNRESET', true), 'later'],
  [new SnapdGarbageError(post, 'nonsense'), 'later'],
  [new SnapdError({ status: 500, message: 'oops' }, post), 'later'],
  [new SnapdError({ status: 404, message: 'no' }, post), 'refused'],
  [new ArtifactError('cut off', true), 'later'],
  [new ArtifactError('another digest', false), 'refused'],
])('judges a reading that failed with %s', (error, kind) => {
  expect(judgeReading(error)).toMatchObject({ kind });
});
