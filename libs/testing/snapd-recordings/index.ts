import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RecordedStep } from './recording';

export * from './recording';

/**
 * The steps of one part of a recorded session, in the order they were made.
 * @param version a folder here, e.g. `2.77.1`
 * @param part a file of it without its extension, e.g. `reads`
 */
export function readRecording(version: string, part: string): RecordedStep[] {
  return JSON.parse(readFileSync(path.join(__dirname, version, `${part}.json`), 'utf8')) as RecordedStep[];
}

/** Bytes of one of the snaps in `snaps/`, by the file name it was sideloaded under, e.g. `lab-noop_1.snap`. */
export const recordedSnap = (fileName: string): Buffer =>
  readFileSync(path.join(__dirname, 'snaps', fileName.replace(/\.snap$/, '.squashfs')));
