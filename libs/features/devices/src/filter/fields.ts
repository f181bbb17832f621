/**
 * What filters can ask about. Each field is answered from rows: devices, what their links last said, and what their facts
 * say, kept beside the facts in device_snaps, device_sets and device_traits.
 */

/** How a field's values are written and compared. */
export type ValueType =
  | 'text' // = with * for any characters
  | 'choice' // one of few words
  | 'number' // a whole number
  | 'bytes' // a whole number, also as 512M or 2G
  | 'version' // = as text, < and > by the leading numbers
  | 'revision' // = as text, < and > as numbers: x1 has none
  | 'truth' // true or false
  | 'moment' // a time, or an age such as 7d
  | 'id' // a UUID
  | 'group'; // the name of a group

/** What a term is compared by. `column` is SQL of ours, under the aliases of DEVICES in `condition-sql.ts`. */
export interface Comparison {
  readonly type: ValueType;
  readonly column: string;
  readonly choices?: readonly string[];
  /** The column is a moment, and the truth is whether it is later than so many milliseconds from now. */
  readonly laterThanMs?: number;
  /** Every device has it: the column is never NULL. */
  readonly always?: true;
}

/** A device is online when its link was heard of within this time; agents are heard of every 30 seconds. */
export const ONLINE_MS = 90_000;

export type Field =
  | { readonly of: 'device'; readonly name: string; readonly comparison: Comparison }
  | { readonly of: 'label'; readonly key: string }
  | { readonly of: 'group' }
  | { readonly of: 'system-label' }
  /** Without a comparison: whether there is such a row at all. */
  | { readonly of: 'snap'; readonly snap: string; readonly comparison: Comparison | undefined }
  | {
      readonly of: 'set';
      readonly rows: 'device_sets' | 'drifted_sets';
      readonly account: string;
      readonly set: string;
      readonly comparison: Comparison | undefined;
    };

const text = (column: string): Comparison => ({ type: 'text', column });
const version = (column: string): Comparison => ({ type: 'version', column });
const number = (column: string): Comparison => ({ type: 'number', column });
const truth = (column: string): Comparison => ({ type: 'truth', column });
const moment = (column: string): Comparison => ({ type: 'moment', column });
const always = (comparison: Comparison): Comparison => ({ ...comparison, always: true });
const choice = (column: string, ...choices: string[]): Comparison => ({ type: 'choice', column, choices });

/** Fields with one value for each device, by name. */
export const DEVICE_FIELDS: Readonly<Record<string, Comparison>> = {
  id: always({ type: 'id', column: 'd.id' }),
  brand: always(text('d.brand_id')),
  model: always(text('d.model')),
  serial: always(text('d.serial')),
  created: always(moment('d.created_at')),
  enrolled: truth('(d.enrolment_id IS NOT NULL)'),
  online: { ...truth('l.last_seen_at'), laterThanMs: -ONLINE_MS },
  'last-seen': moment('l.last_seen_at'),
  'agent.version': version('l.agent_version'),
  'snapd.state': choice('l.snapd_state', 'reachable', 'unreachable', 'garbage'),
  'snapd.version': version('t.snapd_version'),
  architecture: text('t.architecture'),
  'kernel.version': version('t.kernel_version'),
  mode: choice('t.system_mode', 'run', 'install', 'recover', 'factory-reset'),
  classic: truth('t.on_classic'),
  'model.base': text('t.model_base'),
  'model.grade': choice('t.model_grade', 'unset', 'dangerous', 'signed', 'secured'),
  'system.current': text('t.current_system'),
  'system.default': text('t.default_system'),
  'system.default-since': moment(`(SELECT s.first_seen_at FROM recovery_sightings AS s
    WHERE s.enrolment_id = d.enrolment_id AND s.label = t.default_system)`),
  'system.count': number('cardinality(t.system_labels)'),
  warnings: number('t.warning_count'),
  'time-zone': text('t.time_zone'),
  'refresh.last': moment('t.last_refresh'),
  'refresh.next': moment('t.next_refresh'),
  'refresh.held': { ...truth('t.refreshes_held_until'), laterThanMs: 0 },
  'disk.free': { type: 'bytes', column: 't.disk_free' },
  'disk.total': { type: 'bytes', column: 't.disk_total' },
};

/** The attributes that a row answers by being there, with its table. */
export const PRESENCE = {
  snap: { installed: 'device_snaps' },
  set: { tracked: 'device_sets', drifted: 'drifted_sets' },
} as const;

/** Of `snap.<name>.<attribute>`, next to those of PRESENCE. */
export const SNAP_ATTRIBUTES: Readonly<Record<string, Comparison>> = {
  active: truth('s.active'),
  held: { ...truth('s.held_until'), laterThanMs: 0 },
  inhibited: truth('s.inhibited'),
  failures: number('s.failure_count'),
  'failed-revision': text('s.failed_revision'),
  revision: { type: 'revision', column: 's.revision' },
  version: version('s.version'),
  channel: text('s.channel'),
};

/** Of `set.<account>/<name>.<attribute>`, next to those of PRESENCE. */
export const SET_ATTRIBUTES: Readonly<Record<string, Comparison>> = {
  mode: choice('s.mode', 'monitor', 'enforce'),
  sequence: number('s.sequence'),
  pinned: truth('(s.pinned_at IS NOT NULL)'),
  'pinned-at': number('s.pinned_at'),
  valid: truth('s.valid'),
};

/** Fields by themselves, next to those of DEVICE_FIELDS. `site` is the label of that key. */
export const OTHER_FIELDS: Readonly<Record<string, Field>> = {
  site: { of: 'label', key: 'site' },
  group: { of: 'group' },
  'system.label': { of: 'system-label' },
};

/** How the fields with a name inside are written. */
export const FIELD_SHAPES = ['label.<key>', 'snap.<name>.<attribute>', 'set.<account>/<name>.<attribute>'] as const;
