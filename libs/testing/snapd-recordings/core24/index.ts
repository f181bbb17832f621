import { readFileSync } from 'node:fs';
import path from 'node:path';

export { DEVELOPER_KEY, NETWORK_SCHEMA } from './schema';

/** What real snapd 2.77.1 (trusting upstream's test keys) answered as an Ubuntu-Core-24-like device, in the order it was asked. */
export interface RecordedStep {
  name: string;
  /** Absent for what the device did by itself. A `form` names the parts of a multipart body. */
  request?: {
    method: 'GET' | 'PUT' | 'POST';
    path: string;
    json?: unknown;
    form?: Record<string, string>;
    raw?: string;
  };
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** The change it led to, as it was at its end. */
  change?: RecordedChange;
  /** Statuses the change was seen in, with the kind of maintenance announced, or `gone` while nothing answered. */
  road?: string[];
  /** Occurrences of the change's notice in the end. */
  occurrences?: number;
  /** Answer of the abort that was sent on the way. */
  abort?: unknown;
  /** What polling the device told after it: `up`, `up system-restart`, `gone`. */
  answers?: string[];
}

/** A change as `GET /v2/changes/{id}` shows it. */
export interface RecordedChange {
  id: string;
  kind: string;
  summary: string;
  status: string;
  err?: string;
  data?: Record<string, unknown>;
  tasks?: RecordedTask[];
  [field: string]: unknown;
}

/** A task of it. */
export interface RecordedTask {
  id: string;
  kind: string;
  summary: string;
  status: string;
  log?: string[];
  progress: { label: string; done: number; total: number };
  [field: string]: unknown;
}

/** A set as GET /v2/validation-sets showed it. */
export interface RecordedTracked {
  mode: string;
  sequence: number;
  valid: boolean;
  'pinned-at'?: number;
}

/** One combination of validation sets on a device, and what snapd said to it. */
export interface RecordedVerdict {
  /** Revision of lab-app on the device, or `absent`. */
  installed: string;
  /** In the order they were applied; the last is the new one. `entry` is what the set says of lab-app. */
  sets: {
    name: string;
    sequence: number;
    entry: RecordedEntry | null;
    mode: 'enforce' | 'monitor' | 'new';
    enforceRefused?: string;
  }[];
  monitor: { status: number; valid: boolean; tracked: Record<string, RecordedTracked> };
  enforce: { status: number; message?: string; result?: Record<string, unknown> };
  /** Absent where enforcing alone had done it. */
  refresh?: {
    status: number;
    message?: string;
    change?: { status: string; kind: string; summary: string };
    revisionAfter: string;
    tracked: Record<string, RecordedTracked>;
  };
}

/** What a set says of one snap; revisions are decimal strings, as in assertions. */
export interface RecordedEntry {
  presence: 'required' | 'optional' | 'invalid';
  revision?: string;
  components?: Record<string, { presence: 'required' | 'optional' | 'invalid'; revision?: string }>;
}

/** The device's life: seeding, reads, recovery systems, store, validation sets, confdb, refreshes with reboots, remodel. */
export const recordedSteps = (): RecordedStep[] => lines('steps.jsonl') as RecordedStep[];

/** Verdicts on combinations of validation sets; the store had lab-app at revisions 1 and 2, newest first in stable. */
export const recordedVerdicts = (): RecordedVerdict[] => lines('validation-set-verdicts.jsonl') as RecordedVerdict[];

function lines(file: string): unknown[] {
  const text = readFileSync(path.join(__dirname, file), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
