import { idOf } from './entry-text';

/** One line of an export. */
export interface ExportLine {
  /** From 1, without gaps, in the order in which the entries were committed. */
  readonly position: number;
  /** Of the chain at this position, base64url. */
  readonly hash: string;
  /** `entryText`; undefined where the seal's entry is not there any more. */
  readonly entry: string | undefined;
}

/** The line, without its line break. There is one way to write it: checkpoints hold a digest of the bytes. */
export const exportLine = ({ position, hash, entry }: ExportLine): string =>
  `{"position":${position},"hash":"${hash}","entry":${entry ?? 'null'}}`;

const LINE = /^\{"position":([1-9]\d{0,15}),"hash":"([A-Za-z0-9_-]{43})","entry":/;

/** @returns undefined for a text that `exportLine` did not write */
export function readExportLine(text: string): ExportLine | undefined {
  const found = LINE.exec(text);
  if (!found || !text.endsWith('}')) return undefined;
  const entry = text.slice(found[0].length, -1);
  if (entry !== 'null' && idOf(entry) === undefined) return undefined;
  return { position: Number(found[1]), hash: String(found[2]), entry: entry === 'null' ? undefined : entry };
}
