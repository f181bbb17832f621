import type { Readable } from 'node:stream';
import { artifactName } from '@corefleet/operations';
import type { ArtifactFiles } from './artifact-files';
import { etagOf, wantedOf } from './byte-range';

/** What is kept, as an answer needs it. */
export interface KeptArtifact {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly name: string;
}

/** An HTTP answer with the bytes, or a part of them. */
export interface ContentAnswer {
  readonly status: 200 | 206 | 416;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readable;
}

/**
 * Answers a request for the bytes, whole or from where they were cut.
 * @throws ArtifactBytesMissingError
 */
export async function contentAnswer(
  files: ArtifactFiles,
  { sha256, sizeBytes, name }: KeptArtifact,
  asked: { readonly range?: string | undefined; readonly ifRange?: string | undefined },
): Promise<ContentAnswer> {
  const wanted = wantedOf(asked, sha256, sizeBytes);
  const common = {
    'accept-ranges': 'bytes',
    etag: etagOf(sha256),
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${extendedValue(name)}`,
  };
  if (wanted.kind === 'unsatisfiable')
    return { status: 416, headers: { ...common, 'content-range': `bytes */${sizeBytes}`, 'content-length': '0' } };
  if (wanted.kind === 'whole') {
    const body = await files.read(sha256, sizeBytes);
    return { status: 200, headers: { ...common, 'content-length': String(sizeBytes) }, body };
  }
  const { start, end } = wanted.span;
  const body = await files.read(sha256, sizeBytes, wanted.span);
  const range = { 'content-range': `bytes ${start}-${end}/${sizeBytes}`, 'content-length': String(end - start + 1) };
  return { status: 206, headers: { ...common, ...range }, body };
}

/** RFC 8187 takes fewer characters as they are than `encodeURIComponent` does. */
const extendedValue = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** Whether a text may name a file. */
export const isArtifactName = (name: string): boolean => artifactName.safeParse(name).success;
