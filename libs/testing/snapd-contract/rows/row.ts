import type { Seen } from '../subjects/seen';

/** Columns of the table that tell how a row was asked, beside those that tell of which snapd. */
export type Road = 'client' | 'read' | 'operation';

/** One line of the coverage table: what can be asked of snapd, told apart by method, path, action and content type. */
export interface Row<Id extends string = string> {
  readonly id: Id;
  readonly method: 'GET' | 'PUT' | 'POST';
  /** Template: `/v2/snaps/{name}`. */
  readonly path: string;
  /** `action` of the JSON body or of the form. */
  readonly action?: string;
  /** Of the request; GETs have none. */
  readonly contentType?: string;
  /** Who may, in the README's short form. */
  readonly access: string;
  /** snapd's first release with it, where that is later than 2.40. */
  readonly since?: string;
  /** Roads that cannot exist, and why. */
  readonly without: Readonly<Partial<Record<Road, string>>>;
  /** True where snapd can only refuse it in the lab: its cell quotes the refusal and is never ticked. */
  readonly refusedInLab?: boolean;
  /** True where the simulator too can only refuse. */
  readonly refusedBySimulator?: boolean;
  /** What tells it from rows of the same method, path, action and content type. */
  readonly fits?: (seen: Seen) => boolean;
}

type Details = Omit<Partial<Row>, 'id' | 'method' | 'path' | 'access'> & { access: string; without?: Row['without'] };

const READ = { operation: 'reads change nothing' };
const WRITE = { read: 'not a GET' };

/** A GET. */
export const get = <P extends string>(path: P, details: Details): Row<`GET ${P}`> =>
  row(`GET ${path}`, { method: 'GET', path, ...details, without: { ...READ, ...details.without } });

/** A GET told from others of its path by its query. */
export const getWith = <P extends string, V extends string>(
  path: P,
  variant: V,
  details: Details,
): Row<`GET ${P} ${V}`> =>
  row(`GET ${path} ${variant}`, { method: 'GET', path, ...details, without: { ...READ, ...details.without } });

/** A POST of JSON with an action. */
export const post = <P extends string, A extends string>(path: P, action: A, details: Details): Row<`POST ${P} ${A}`> =>
  row(`POST ${path} ${action}`, {
    ...{ method: 'POST', path, action, contentType: 'application/json' },
    ...details,
    without: { ...WRITE, ...details.without },
  });

/** A POST of another form than an action in JSON, under a name of ours. */
export const postAs = <P extends string, V extends string>(
  path: P,
  variant: V,
  details: Details,
): Row<`POST ${P} ${V}`> =>
  row(`POST ${path} ${variant}`, { method: 'POST', path, ...details, without: { ...WRITE, ...details.without } });

/** A PUT of JSON. */
export const put = <P extends string>(path: P, details: Details): Row<`PUT ${P}`> =>
  row(`PUT ${path}`, {
    ...{ method: 'PUT', path, contentType: 'application/json' },
    ...details,
    without: { ...WRITE, ...details.without },
  });

function row<Id extends string>(id: Id, fields: Omit<Row, 'id'>): Row<Id> {
  return { id, ...fields };
}

/** Whether a request that was sent is one of this row. */
export function isOf(row: Row, seen: Seen): boolean {
  return (
    seen.method === row.method &&
    pathFits(row.path, seen.pathname) &&
    (row.contentType === undefined || seen.contentType.startsWith(row.contentType)) &&
    (row.action === undefined || seen.field('action') === row.action) &&
    (row.fits?.(seen) ?? true)
  );
}

function pathFits(template: string, pathname: string): boolean {
  const wanted = template.split('/');
  const sent = pathname.split('/');
  return wanted.length === sent.length && wanted.every((part, at) => part.startsWith('{') || part === sent[at]);
}
