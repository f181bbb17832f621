import type { RequestSummary } from './errors';
import { SnapdGarbageError } from './errors';
import type { SnapdResponse } from './transport';

/** A file that snapd sends. Its content is read once: leaving the loop early drops the connection. */
export interface SnapdFile {
  /** As snapd names it; empty when it does not. */
  filename: string;
  contentType: string;
  /** Undefined when snapd does not announce it. */
  sizeBytes: number | undefined;
  content: AsyncIterable<Uint8Array>;
}

/** Takes the headers of a file's answer apart. A pause of the content longer than `stallMs` is a SnapdTimeoutError. */
export function toFile(response: SnapdResponse, stallMs: number | undefined): SnapdFile {
  const { 'content-type': contentType = '', 'content-length': length } = response.headers;
  return {
    filename: filenameOf(response),
    contentType,
    sizeBytes: length === undefined ? undefined : Number(length),
    content: response.stream(stallMs),
  };
}

/** The name in content-disposition, which snapd does not quote. */
export function filenameOf(response: SnapdResponse): string {
  const match = /filename="?([^";]*)"?/.exec(response.headers['content-disposition'] ?? '');
  return match?.[1] ?? '';
}

/** @throws SnapdGarbageError when a header that the answer must have is missing */
export function requiredHeader(response: SnapdResponse, name: string, request: RequestSummary): string {
  const value = response.headers[name];
  if (value === undefined) throw new SnapdGarbageError(request, `there is no header ${name}`, response.status);
  return value;
}
