import type { ViewRule } from './schema';
import { getThrough, setThrough } from './view';

const rule = (request: string, storage: string, access: 'both' | 'read' | 'write' = 'both'): ViewRule => ({
  request: request.split('.'),
  storage: storage.split('.'),
  read: access !== 'write',
  write: access !== 'read',
});

const RULES = [
  rule('ssid', 'wifi.ssid'),
  rule('password', 'wifi.psk', 'write'),
  rule('status', 'wifi.status', 'read'),
  rule('private.{key}', 'wifi.private.{key}'),
];

describe('a confdb view', () => {
  it('stores where its rules say and reads it back by request', () => {
    const bag = setThrough(RULES, {}, 'ssid', 'lab');
    expect(bag).toEqual({ wifi: { ssid: 'lab' } });
    expect(getThrough(RULES, bag!, 'ssid')).toBe('lab');
  });

  it('takes one name of many, all of them, and what lies below', () => {
    const one = setThrough(RULES, {}, 'private.a', 'b');
    expect(one).toEqual({ wifi: { private: { a: 'b' } } });
    const more = setThrough(RULES, one!, 'private', { c: { d: 1 } });
    expect(more).toEqual({ wifi: { private: { a: 'b', c: { d: 1 } } } });
    expect(getThrough(RULES, more!, 'private')).toEqual({ a: 'b', c: { d: 1 } });
    expect(getThrough(RULES, more!, 'private.c.d')).toBe(1);
    expect(getThrough(RULES, more!, undefined)).toEqual({ private: { a: 'b', c: { d: 1 } } });
  });

  it('takes away with null', () => {
    const bag = { wifi: { ssid: 'lab', private: { a: 'b' } } };
    expect(setThrough(RULES, bag, 'ssid', null)).toEqual({ wifi: { private: { a: 'b' } } });
    expect(setThrough(RULES, bag, 'private', null)).toEqual({ wifi: { ssid: 'lab' } });
  });

  it('neither writes through what is read-only nor reads through what is write-only', () => {
    expect(setThrough(RULES, {}, 'status', 'x')).toBeUndefined();
    expect(setThrough(RULES, {}, 'nope', 'x')).toBeUndefined();
    expect(getThrough(RULES, setThrough(RULES, {}, 'password', 'x')!, 'password')).toBeUndefined();
  });
});
