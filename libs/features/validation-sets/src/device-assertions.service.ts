import { Injectable } from '@nestjs/common';
import { AssertionError, decodeAssertions, textOf, type Assertion } from '@corefleet/assertions';
import type { Principal } from '@corefleet/features/access';
import { ReadsService } from '@corefleet/features/reads';
import { InvalidRequestError } from '@corefleet/platform/errors';
import { AssertionImport, type ImportedAssertion } from './assertion-import.service';
import type { SetKey } from './set-view';

/** Which sets of a device are meant: all it has when nothing is said. */
export type WantedSets = Partial<SetKey> & { readonly sequence?: number | undefined };

/** Accounts and keys that are asked for: a chain has a few, and each is a read of its own. */
const VOUCHERS_MOST = 32;

/** Sets as devices have them: what a store has delivered there needs no file here. */
@Injectable()
export class DeviceAssertions {
  constructor(
    private readonly reads: ReadsService,
    private readonly imports: AssertionImport,
  ) {}

  /**
   * Reads validation sets back from a device, with the accounts and keys that vouch for them, and imports them: the device
   * is believed no more than a file is.
   * @param gone aborted when nobody waits any more
   * @throws what `ReadsService.ask` and `AssertionImport.import` throw; InvalidRequestError when it has no such set
   */
  async import(
    principal: Principal,
    deviceId: string,
    wanted: WantedSets,
    gone: AbortSignal,
  ): Promise<ImportedAssertion[]> {
    const ask = async (type: string, headers: Record<string, string>): Promise<Assertion[]> => {
      const target = `/v2/assertions/${type}?${new URLSearchParams(headers).toString()}`;
      const { result } = await this.reads.ask(principal, deviceId, target, gone);
      return decoded(deviceId, result);
    };
    const sets = await ask('validation-set', headersOf(wanted));
    if (sets.length === 0) throw hasNone(deviceId, wanted);
    const stream = [...sets, ...(await vouchers(sets, ask))];
    const text = stream.map(textOf);
    return this.imports.import(principal.actor, text.join('\n'), { kind: 'device', deviceId });
  }
}

type Ask = (type: string, headers: Record<string, string>) => Promise<Assertion[]>;

/** Keys and accounts, from those that signed the sets up to where the device has no more. */
async function vouchers(sets: readonly Assertion[], ask: Ask): Promise<Assertion[]> {
  const found: Assertion[] = [];
  const asked = new Set<string>();
  const open = sets.flatMap(vouchersOf);
  for (let next = open.shift(); next !== undefined && asked.size < VOUCHERS_MOST; next = open.shift()) {
    const [type, name, value] = next;
    if (asked.has(next.join())) continue;
    asked.add(next.join());
    const answers = await ask(type, { [name]: value });
    found.push(...answers);
    open.push(...answers.flatMap(vouchersOf));
  }
  return found;
}

/** What an assertion is believed for: the key that signed it, and of a key its account. */
function vouchersOf({ type, signKeyId, headers }: Assertion): [type: string, header: string, value: string][] {
  const key: [string, string, string] = ['account-key', 'public-key-sha3-384', signKeyId];
  const accountId = headers['account-id'];
  return type === 'account-key' && typeof accountId === 'string' ? [key, ['account', 'account-id', accountId]] : [key];
}

function headersOf({ accountId, name, sequence }: WantedSets): Record<string, string> {
  return {
    ...(accountId !== undefined && { 'account-id': accountId }),
    ...(name !== undefined && { name }),
    ...(sequence !== undefined && { sequence: String(sequence) }),
  };
}

/** A read gives the texts one by one. */
function decoded(deviceId: string, result: unknown): Assertion[] {
  const texts = Array.isArray(result) ? result.filter((text) => typeof text === 'string') : [];
  try {
    return texts.flatMap((text) => decodeAssertions(Buffer.from(text)));
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    const problem = { field: error.assertion, message: `cannot be read: ${error.reason}` };
    throw new InvalidRequestError(`cannot import what device "${deviceId}" has: ${error.reason}`, [problem]);
  }
}

function hasNone(deviceId: string, wanted: WantedSets): InvalidRequestError {
  const headers = Object.entries(headersOf(wanted)).map(([name, value]) => `${name} ${value}`);
  const which = headers.length === 0 ? 'no validation set' : `no validation set of ${headers.join(', ')}`;
  const message = `has ${which}: a device has only those it was told to enforce or monitor`;
  return new InvalidRequestError(`cannot import from device "${deviceId}": it ${message}`, [
    { field: 'deviceId', message },
  ]);
}
