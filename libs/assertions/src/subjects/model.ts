import type { Assertion } from '../assertion';
import { broken, quoted } from '../errors';
import {
  ACCOUNT_ID,
  isSnapName,
  mapList,
  matchingText,
  optionalFlag,
  optionalText,
  requiredText,
  requiredTime,
  textList,
  VALIDATION_SET_NAME,
  wholeNumber,
} from '../header-checks';
import type { HeaderMap } from '../headers';
import { readModelName } from './model-name';
import { readModelSnaps, type ModelSnap } from './model-snaps';

/** A set that the devices of a model must, or better should, have enforced. */
export interface ModelValidationSet {
  accountId: string;
  name: string;
  /** The only one allowed; undefined when any is. */
  sequence: number | undefined;
  mode: 'enforce' | 'prefer-enforce';
}

/** What the devices of a model are made of, and whose word counts about them. */
export interface Model {
  brandId: string;
  model: string;
  classic: boolean;
  /** Undefined for models of Ubuntu Core 16 and 18, which list no snaps. */
  grade: 'secured' | 'signed' | 'dangerous' | undefined;
  snaps: ModelSnap[];
  validationSets: ModelValidationSet[];
  /** Accounts that may sign serials of its devices; the brand always may. */
  serialAuthority: string[];
  timestamp: Date;
}

/** @throws BrokenRuleError (the rules and their words: snapd asserts/model.go) */
export function readModel({ headers, authorityId = '' }: Assertion): Model {
  const brandId = requiredText(headers, 'brand-id');
  if (brandId !== authorityId) {
    broken(
      `authority-id and brand-id must match, model assertions are expected to be signed by the brand: ` +
        `${quoted(authorityId)} != ${quoted(brandId)}`,
    );
  }
  const model = readModelName(headers);
  const classic = optionalFlag(headers, 'classic');
  checkKind(headers, classic);
  for (const name of ['base', 'store', 'display-name']) optionalText(headers, name);
  const grade = headers.snaps === undefined ? undefined : readGrade(headers);
  const snaps = grade === undefined ? checkOldSnaps(headers) : readModelSnaps(headers, grade, classic);
  return {
    brandId,
    model,
    classic,
    grade,
    snaps,
    validationSets: readValidationSets(headers, brandId),
    serialAuthority: readAuthorities(headers, brandId),
    timestamp: requiredTime(headers, 'timestamp'),
  };
}

/** Which headers go together: models with a list of snaps (Core 20 on), without one, and those of classic systems. */
function checkKind(headers: HeaderMap, classic: boolean): void {
  const extended = headers.snaps !== undefined;
  const unwanted = extended ? ['gadget', 'kernel', 'required-snaps'] : ['grade', 'storage-safety'];
  const odd = unwanted.find((name) => name in headers);
  if (odd !== undefined) {
    broken(
      extended
        ? `cannot specify separate ${quoted(odd)} header once using the extended snaps header`
        : `cannot specify ${odd === 'grade' ? 'a grade' : odd} for model without the extended snaps header`,
    );
  }
  if (classic && extended) matchingText(headers, 'distribution', /^[a-z0-9._-]*$/);
  else if ('distribution' in headers)
    broken('cannot specify distribution for model unless it is classic and has an extended snaps header');
  if (classic && !extended) checkOldClassic(headers);
  else
    for (const name of extended ? ['architecture', 'base'] : ['architecture', 'gadget', 'kernel'])
      requiredText(headers, name);
}

function checkOldClassic(headers: HeaderMap): void {
  const odd = ['kernel', 'base'].find((name) => name in headers);
  if (odd !== undefined) broken(`cannot specify a ${odd} with a non-extended classic model`);
  for (const name of ['architecture', 'gadget']) optionalText(headers, name);
}

function readGrade(headers: HeaderMap): 'secured' | 'signed' | 'dangerous' {
  const grades = ['signed', 'secured', 'dangerous'] as const;
  const said = optionalText(headers, 'grade') ?? '';
  const grade = said === '' ? 'signed' : grades.find((one) => one === said);
  if (!grade) broken(`grade for model must be secured|signed|dangerous, not ${quoted(said)}`);
  const safeties = ['', 'encrypted', 'prefer-encrypted', 'prefer-unencrypted'];
  const safety = optionalText(headers, 'storage-safety') ?? '';
  if (!safeties.includes(safety))
    broken(`storage-safety for model must be encrypted|prefer-encrypted|prefer-unencrypted, not ${quoted(safety)}`);
  if (grade === 'secured' && safety.startsWith('prefer'))
    broken('secured grade model must not have storage-safety overridden, only "encrypted" is valid');
  return grade;
}

/** Kernel and gadget may name a track behind `=`. */
function checkOldSnaps(headers: HeaderMap): [] {
  for (const name of ['kernel', 'gadget', 'base']) {
    const [snap, track = ''] = (optionalText(headers, name) ?? '').split(/=(.*)/s);
    if (snap && !isSnapName(snap)) broken(`invalid snap name in ${quoted(name)} header: ${snap}`);
    if (track.includes('/')) broken(`${quoted(name)} channel selector must be a track name only`);
    if (['stable', 'candidate', 'beta', 'edge'].includes(track))
      broken(`${quoted(name)} channel selector must be a track name`);
  }
  const odd = textList(headers, 'required-snaps').find((snap) => !isSnapName(snap));
  if (odd !== undefined) broken(`invalid snap name in "required-snaps" header: ${odd}`);
  return [];
}

function readAuthorities(headers: HeaderMap, brandId: string): string[] {
  for (const name of ['system-user-authority', 'preseed-authority']) {
    const anyone = name === 'system-user-authority' && headers[name] === '*';
    if (!anyone) textList(headers, name, ACCOUNT_ID);
  }
  return [...new Set([brandId, ...textList(headers, 'serial-authority', ACCOUNT_ID)])];
}

function readValidationSets(headers: HeaderMap, brandId: string): ModelValidationSet[] {
  if (headers['validation-sets'] === undefined) return [];
  const problem = '"validation-sets" must be a list of validation sets';
  const sets = mapList(headers, 'validation-sets', problem).map((entry) => readValidationSet(entry, brandId));
  const keys = sets.map(({ accountId, name }) => `${accountId}/${name}`);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  return twice === undefined ? sets : broken(`cannot add validation set ${quoted(twice)} twice`);
}

function readValidationSet(entry: HeaderMap, brandId: string): ModelValidationSet {
  const name = matchingText(entry, 'name', VALIDATION_SET_NAME, 'of validation-set');
  const accountId = optionalText(entry, 'account-id', `of validation-set ${quoted(name)}`) ?? brandId;
  const what = `of validation-set "${accountId}/${name}"`;
  const sequence = entry.sequence === undefined ? undefined : wholeNumber(entry, 'sequence', what);
  if (sequence !== undefined && sequence <= 0)
    broken(`"sequence" ${what} must be larger than 0 or left unspecified (meaning tracking latest)`);
  const mode = requiredText(entry, 'mode', what);
  if (mode !== 'enforce' && mode !== 'prefer-enforce')
    broken(`"mode" ${what} must be prefer-enforce|enforce, not ${quoted(mode)}`);
  return { accountId, name, sequence, mode };
}
