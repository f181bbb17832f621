import { quote } from '../go-text';
import { parseTime } from '../go-time';
import { badRequest } from '../http/envelope';
import {
  booleanField,
  decodeObject,
  stringField,
  stringListField,
  type ApiRequest,
  type JsonObject,
} from '../http/request';
import { channelError } from './store';

export type Transaction = 'per-snap' | 'all-snaps';

/** The body of POST /v2/snaps and /v2/snaps/{name}, validated as far as snapd does before it looks at any snap (§8.1). */
export interface SnapAction {
  action: string;
  snaps: string[];
  channel?: string;
  revision?: number;
  cohort?: string;
  leaveCohort: boolean;
  transaction: Transaction;
  ignoreValidation: boolean;
  ignoreRunning: boolean;
  purge: boolean;
  validationSets: string[];
  /** Of an action on one snap: components to come with it. */
  components: string[];
  /** Components of one or several snaps, by snap. */
  componentsBySnap: ReadonlyMap<string, string[]>;
  hold?: { level: 'general' | 'auto-refresh'; until: bigint | 'forever' };
  devmode: boolean;
  jailmode: boolean;
  classic: boolean;
  /** Options that several snaps at once may not have were given. */
  singleOnly: boolean;
}

const SINGLE_ONLY = ['channel', 'revision', 'devmode', 'jailmode', 'cohort-key', 'leave-cohort', 'prefer'];

/** @throws ApiError 400 with snapd's text for the option at fault */
export function parseSnapAction(request: ApiRequest): SnapAction {
  const body = decodeObject(request, 'snap instruction');
  const action = stringField(body, 'action');
  const revision = revisionField(body);
  checkFlags(body, action, revision);
  return {
    action,
    snaps: [...new Set(stringListField(body, 'snaps'))],
    channel: channelField(body),
    revision,
    cohort: stringField(body, 'cohort-key') || undefined,
    leaveCohort: booleanField(body, 'leave-cohort'),
    transaction: transactionField(body, action),
    ignoreValidation: booleanField(body, 'ignore-validation'),
    ignoreRunning: booleanField(body, 'ignore-running'),
    purge: booleanField(body, 'purge'),
    validationSets: stringListField(body, 'validation-sets'),
    components: request.params.name === undefined ? [] : stringListField(body, 'components'),
    componentsBySnap: componentsField(body, request.params.name),
    devmode: booleanField(body, 'devmode'),
    jailmode: booleanField(body, 'jailmode'),
    classic: booleanField(body, 'classic'),
    hold: action === 'hold' ? holdField(body) : undefined,
    singleOnly: SINGLE_ONLY.some((name) => Boolean(body[name])),
  };
}

function componentsField(body: JsonObject, snap: string | undefined): Map<string, string[]> {
  const { components } = body;
  if (snap !== undefined) {
    const names = stringListField(body, 'components');
    return new Map(names.length > 0 ? [[snap, names]] : []);
  }
  if (typeof components !== 'object' || components === null) return new Map();
  const bySnap = components as JsonObject;
  return new Map(Object.keys(bySnap).map((name) => [name, stringListField(bySnap, name)]));
}

function checkFlags(body: JsonObject, action: string, revision: number | undefined): void {
  const cohort = stringField(body, 'cohort-key') !== '';
  const leave = booleanField(body, 'leave-cohort');
  refuse(cohort && leave, 'cannot specify both cohort-key and leave-cohort');
  refuse(cohort && !['install', 'refresh', 'switch'].includes(action), COHORT_ACTIONS);
  refuse(leave && !['refresh', 'switch'].includes(action), 'leave-cohort can only be specified for refresh or switch');
  refuse(cohort && revision !== undefined, 'cannot specify both cohort-key and revision');
  refuse(
    stringField(body, 'quota-group') !== '' && action !== 'install',
    'quota-group can only be specified on install',
  );
  refuse(
    booleanField(body, 'unaliased') && booleanField(body, 'prefer'),
    'cannot use unaliased and prefer flags together',
  );
  if (action === 'hold') return;
  refuse(stringField(body, 'time') !== '', 'time can only be specified for the "hold" action');
  refuse(stringField(body, 'hold-level') !== '', 'hold-level can only be specified for the "hold" action');
}

const COHORT_ACTIONS = 'cohort-key can only be specified for install, refresh, or switch';

function refuse(when: boolean, message: string): void {
  if (when) throw badRequest(message);
}

function transactionField(body: JsonObject, action: string): Transaction {
  const value = stringField(body, 'transaction');
  if (value === '') return 'per-snap';
  if (value !== 'per-snap' && value !== 'all-snaps') throw badRequest(`invalid value for transaction type: ${value}`);
  const supported = action === 'install' || action === 'refresh';
  refuse(!supported, `transaction type is unsupported for ${quote(action)} actions`);
  return value;
}

function channelField(body: JsonObject): string | undefined {
  const channel = stringField(body, 'channel');
  const error = channelError(channel);
  if (error !== undefined) throw badRequest(error);
  return channel === '' ? undefined : channel;
}

function revisionField(body: JsonObject): number | undefined {
  const value = body.revision;
  if (value === undefined || value === null || value === '') return undefined;
  const local = typeof value === 'string' ? /^x([1-9]\d*)$/.exec(value)?.[1] : undefined;
  if (local !== undefined) return -Number(local);
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number > 0) return number;
  const shown = quote(JSON.stringify(value));
  throw badRequest(`cannot decode request body into snap instruction: invalid snap revision: ${shown}`);
}

function holdField(body: JsonObject): SnapAction['hold'] {
  const time = stringField(body, 'time');
  const level = stringField(body, 'hold-level');
  refuse(time === '', 'hold action requires a non-empty time value');
  const until = time === 'forever' ? time : holdTime(time);
  refuse(level === '', 'hold action requires a non-empty hold-level value');
  if (level !== 'general' && level !== 'auto-refresh') {
    throw badRequest('hold action requires hold-level to be either "auto-refresh" or "general"');
  }
  return { level, until };
}

function holdTime(text: string): bigint {
  try {
    return parseTime(text);
  } catch (cause) {
    throw badRequest(`hold action requires time to be "forever" or in RFC3339 format: ${(cause as Error).message}`);
  }
}
