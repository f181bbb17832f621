import { asyncAnswer, parseEnvelope, syncResult } from './envelope';
import {
  SnapdError,
  SnapdGarbageError,
  SnapdRequestError,
  SnapdTimeoutError,
  SnapdUploadError,
  isChangeConflict,
  isOutcomeUnknown,
  isRequestCanceled,
} from './errors';

const request = { method: 'POST', path: '/v2/snaps' };
const parse = (status: number, body: unknown) => parseEnvelope(status, JSON.stringify(body), request);

const thrownBy = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

const refusal = (status: number, result: object, more: object = {}): SnapdError => {
  const envelope = parse(status, { type: 'error', 'status-code': status, status: 'x', result, ...more });
  const error = thrownBy(() => syncResult(envelope, request));
  expect(error).toBeInstanceOf(SnapdError);
  return error as SnapdError;
};

describe('an envelope', () => {
  it('of type sync gives its result, whatever it is', () => {
    for (const result of [null, [], { a: 1 }, 7]) {
      expect(syncResult(parse(200, { type: 'sync', 'status-code': 200, status: 'OK', result }), request)).toEqual(
        result,
      );
    }
  });

  it('of type async gives the change and what came with it', () => {
    const body = { type: 'async', 'status-code': 202, status: 'Accepted', result: { 'set-id': 1 }, change: '17' };
    expect(asyncAnswer(parse(202, body), request)).toEqual({ changeId: '17', result: { 'set-id': 1 } });
    const maintenance = { kind: 'system-restart', message: 'system is restarting', value: { op: 'reboot' } };
    expect(asyncAnswer(parse(202, { ...body, maintenance }), request)).toMatchObject({ maintenance });
  });

  it('tells about pending warnings and maintenance', () => {
    const body = {
      type: 'sync',
      result: [],
      'warning-count': 1,
      'warning-timestamp': '2026-11-20T13:26:13.326443163Z',
    };
    expect(parse(200, body)).toMatchObject({
      'warning-count': 1,
      'warning-timestamp': '2026-11-20T13:26:13.326443163Z',
    });
    expect(parse(200, { type: 'sync', maintenance: { kind: 'daemon-restart' } })).toMatchObject({
      maintenance: { kind: 'daemon-restart', message: '' },
    });
    expect(parse(200, { type: 'sync', maintenance: 'soon', 'warning-count': '1' })).toEqual({
      type: 'sync',
      status: 200,
      result: undefined,
    });
  });

  it('of type error passes status, message, kind and value on unchanged', () => {
    const error = refusal(
      409,
      {
        message: 'snap "x" has "refresh-snap" change in progress',
        kind: 'snap-change-conflict',
        value: { 'change-kind': 'refresh-snap', 'snap-name': 'x' },
      },
      { maintenance: { kind: 'daemon-restart', message: 'daemon is restarting' } },
    );
    expect(error).toMatchObject({
      code: 'snapd-error',
      name: 'SnapdError',
      status: 409,
      message: 'snap "x" has "refresh-snap" change in progress',
      kind: 'snap-change-conflict',
      value: { 'change-kind': 'refresh-snap', 'snap-name': 'x' },
      maintenance: { kind: 'daemon-restart', message: 'daemon is restarting' },
      request,
    });
  });

  it('of type error is one even with status 200, as for snapctl', () => {
    expect(refusal(200, { message: 'no', kind: 'unsuccessful', value: { 'exit-code': 1 } }).kind).toBe('unsuccessful');
  });

  it('keeps an empty value and lacks an empty kind', () => {
    expect(refusal(400, { message: 'm', kind: '', value: '' })).toMatchObject({ kind: undefined, value: '' });
  });

  it('of type error without a message still is a refusal', () => {
    expect(refusal(500, {}).message).toBe('snapd refused without a message');
  });

  it.each([
    ['nothing', ''],
    ['a web page', '<html>502 Bad Gateway</html>'],
    ['half an envelope', '{"type":"sync","res'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '7'],
    ['no type', '{"result":[]}'],
    ['an unknown type', '{"type":"later","result":[]}'],
    ['async without a change', '{"type":"async","result":null}'],
    ['async with a change that is no text', '{"type":"async","result":null,"change":7}'],
  ])('that is %s is garbage', (_what, text) => {
    const error = thrownBy(() => parseEnvelope(200, text, request));
    expect(error).toBeInstanceOf(SnapdGarbageError);
    expect(error).toMatchObject({ status: 200, code: 'snapd-garbage' });
    expect(isOutcomeUnknown(error)).toBe(true);
  });

  it('of the other type than expected is garbage', () => {
    const sync = parse(200, { type: 'sync', result: null });
    const async = parse(202, { type: 'async', result: null, change: '1' });
    expect(thrownBy(() => asyncAnswer(sync, request))).toBeInstanceOf(SnapdGarbageError);
    expect(thrownBy(() => syncResult(async, request))).toBeInstanceOf(SnapdGarbageError);
  });

  it('is quoted only in part', () => {
    const error = thrownBy(() => parseEnvelope(502, 'x'.repeat(10_000), request)) as Error;
    expect(error.message.length).toBeLessThan(300);
  });
});

describe('isChangeConflict', () => {
  it.each([
    ['the kind', 409, { message: 'snap "x" has changes in progress', kind: 'snap-change-conflict' }],
    ['a quota group', 409, { message: 'quota group "g" has changes', kind: 'quota-change-conflict' }],
    ['a service, without kind', 409, { message: 'snap "x" has "refresh-snap" change in progress' }],
    [
      'creating a recovery system beside other changes',
      500,
      {
        message:
          'cannot create recovery system "l": other changes in progress (conflicting change "refresh-snap"), ' +
          'change "create-recovery-system" not allowed until they are done',
      },
    ],
    [
      'removing one while another is made',
      500,
      {
        message:
          'cannot remove recovery system "l": creating recovery system in progress, no other changes allowed until this is done',
      },
    ],
  ])('knows %s', (_what, status, result) => {
    expect(isChangeConflict(refusal(status, result))).toBe(true);
  });

  it.each([
    [500, { message: 'recovery system "l" already exists' }],
    [400, { message: 'snap has no updates available', kind: 'snap-no-update-available', value: '' }],
    [409, { message: 'x', kind: 'interfaces-requests-rule-conflict' }],
  ])('leaves other refusals (%i) alone', (status, result) => {
    expect(isChangeConflict(refusal(status, result))).toBe(false);
  });
});

describe('isRequestCanceled', () => {
  it('knows a long-poll that ended because snapd stops', () => {
    expect(isRequestCanceled(refusal(500, { message: 'request canceled' }))).toBe(true);
    expect(isRequestCanceled(refusal(500, { message: 'other' }))).toBe(false);
    expect(isRequestCanceled(new Error('request canceled'))).toBe(false);
  });
});

describe('isOutcomeUnknown', () => {
  it.each([
    ['a refusal', new SnapdError({ status: 400, message: 'no' }, request), false],
    ['a body that broke', new SnapdUploadError(request, new Error('disk')), false],
    ['a request never sent', new SnapdRequestError('cannot ask', request), false],
    ['a time-out while connecting', new SnapdTimeoutError(request, 1, false), false],
    ['a time-out while waiting', new SnapdTimeoutError(request, 1, true), true],
    ['anything else', new Error('aborted'), true],
  ])('of %s', (_what, error, unknown) => {
    expect(isOutcomeUnknown(error)).toBe(unknown);
  });
});
