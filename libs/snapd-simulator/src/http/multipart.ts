import { badRequest } from './envelope';
import type { ApiRequest } from './request';

/** A file part of a form. */
export interface FormFile {
  field: string;
  fileName: string;
  bytes: Uint8Array;
}

/** A multipart/form-data body, in the order of its parts. */
export interface Form {
  /** Texts by field, repeated ones in order. */
  values: Map<string, string[]>;
  files: FormFile[];
}

/** Media type of a request, without parameters; empty when it has none. */
export const mediaType = (request: ApiRequest): string =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

/** @throws ApiError 400 `cannot read POST form: …` as Go's multipart reader says it */
export function readForm(request: ApiRequest): Form {
  const match = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(request.headers['content-type'] ?? '');
  const boundary = match?.[1] ?? match?.[2] ?? '';
  if (boundary === '') throw badRequest('cannot read POST form: multipart: boundary is empty');
  const form: Form = { values: new Map(), files: [] };
  for (const part of partsOf(Buffer.from(request.bytes), boundary)) addPart(form, part);
  return form;
}

/** The first text of a field. */
export const formValue = (form: Form, field: string): string | undefined => form.values.get(field)?.[0];

/** As snapd reads switches of a form: what is no boolean is false (§8.3). */
export const formFlag = (form: Form, field: string): boolean =>
  /^(1|t|T|TRUE|true|True)$/.test(formValue(form, field) ?? '');

function partsOf(body: Buffer, boundary: string): Buffer[] {
  const mark = Buffer.from(`--${boundary}`);
  const parts: Buffer[] = [];
  let from = body.indexOf(mark);
  while (from >= 0) {
    const start = from + mark.length;
    if (body.subarray(start, start + 2).toString() === '--') return parts;
    const next = body.indexOf(Buffer.from(`\r\n--${boundary}`), start);
    if (next < 0) break;
    parts.push(body.subarray(start + 2, next));
    from = next + 2;
  }
  throw badRequest('cannot read POST form: multipart: NextPart: EOF');
}

function addPart(form: Form, part: Buffer): void {
  const end = part.indexOf('\r\n\r\n');
  const head = part.subarray(0, end).toString('utf8');
  const bytes = part.subarray(end + 4);
  const field = /[ ;]name="([^"]*)"/.exec(head)?.[1] ?? '';
  const fileName = /filename="([^"]*)"/.exec(head)?.[1];
  if (fileName !== undefined) form.files.push({ field, fileName, bytes });
  else form.values.set(field, [...(form.values.get(field) ?? []), bytes.toString('utf8')]);
}
