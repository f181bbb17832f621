import { DEVICES as EVERY_DEVICE } from '@corefleet/features/devices';
import { enrolmentsAsOf, factsAsOf, setsAsOf, snapsAsOf } from '@corefleet/features/inventory';
import { Prisma, type Reader } from '@corefleet/platform/database';
import type { TrackedSet } from './distance';

/** A recovery system as the device lists it. */
export interface ListedSystem {
  readonly label: string;
  readonly current: boolean;
  readonly default: boolean;
}

/** A snap that the device's model names. */
export interface ModelSnap {
  readonly name: string;
  readonly optional: boolean;
}

/** What a device last said of itself, as far as its recovery systems go; null where it has said nothing. */
export interface DeviceRow {
  readonly deviceId: string;
  readonly serial: string;
  readonly model: string;
  /** null once revoked: it then has said nothing. */
  readonly enrolmentId: string | null;
  readonly snapdVersion: string | null;
  readonly onClassic: boolean | null;
  /** run, recover, install or factory-reset. */
  readonly systemMode: string | null;
  readonly seedRefresh: boolean | null;
  readonly freeBytes: number | null;
  readonly systems: readonly ListedSystem[] | null;
  readonly sets: readonly TrackedSet[];
  readonly modelSnaps: readonly ModelSnap[] | null;
  /** Revision by name of its active snaps, of those that the model names. */
  readonly snaps: Readonly<Record<string, string>> | null;
}

/** What is known of the making of one label. */
export interface LabelRow {
  readonly enrolmentId: string;
  readonly label: string;
}

export interface SightingRow extends LabelRow {
  readonly firstSeenAt: Date;
  readonly atEnrolment: boolean | null;
}

/** Our newest command for the label, with what the device ran when it had succeeded. */
export interface CommandRow extends LabelRow {
  readonly id: string;
  readonly succeeded: boolean;
  readonly finishedAt: Date | null;
  readonly tested: boolean;
  readonly asked: readonly string[];
  readonly madeAt: Date | null;
  readonly sets: readonly TrackedSet[] | null;
  readonly snaps: Readonly<Record<string, string>> | null;
}

/** The newest change that made a system of that label. */
export interface ChangeRow extends LabelRow {
  readonly kind: string;
  readonly commandId: string | null;
  readonly receivedAt: Date;
}

/** Everything about some devices that their recovery systems are judged by. */
export interface RecoveryRows {
  readonly devices: readonly DeviceRow[];
  readonly sightings: readonly SightingRow[];
  readonly commands: readonly CommandRow[];
  readonly changes: readonly ChangeRow[];
}

/**
 * Reads what is known of the recovery systems of those devices, in the order of their ids.
 * @param asOf as it was then; now when absent
 */
export async function recoveryRows(reader: Reader, deviceIds: readonly string[], asOf?: Date): Promise<RecoveryRows> {
  const devices = await reader.query<DeviceRow>(selectDevices(deviceIds, asOf));
  const enrolments = devices.flatMap(({ enrolmentId }) => enrolmentId ?? []);
  const refreshing = devices.flatMap(({ enrolmentId, seedRefresh }) => (seedRefresh ? (enrolmentId ?? []) : []));
  const until = asOf ?? null;
  return {
    devices,
    sightings: await reader.rows<SightingRow>('recovery-sightings', SIGHTINGS, [enrolments, until]),
    commands: await reader.rows<CommandRow>('recovery-commands', COMMANDS, [enrolments, until]),
    changes: await reader.rows<ChangeRow>('recovery-changes', CHANGES, [enrolments, refreshing, until]),
  };
}

/**
 * Ids of the devices that are enrolled, or were then, and that the condition on the rows of DEVICES means.
 * @param page.after id of the last device of the page before; without a limit all of them
 */
export function selectEnrolled(
  condition: Prisma.Sql,
  page: { readonly asOf?: Date | undefined; readonly after?: string | undefined; readonly limit?: number },
): Prisma.Sql {
  const { asOf, after, limit = null } = page;
  const enrolled = asOf
    ? Prisma.sql`EXISTS (SELECT FROM ${enrolmentsAsOf(asOf)} AS e WHERE e.device_id = d.id)`
    : Prisma.sql`d.enrolment_id IS NOT NULL`;
  const later = after === undefined ? Prisma.sql`TRUE` : Prisma.sql`d.id > ${after}::uuid`;
  return Prisma.sql`
    SELECT d.id FROM ${EVERY_DEVICE} WHERE ${enrolled} AND ${condition} AND ${later} ORDER BY d.id LIMIT ${limit}::bigint`;
}

/** Of the facts themselves only the model's is opened, and of system-info one flag: the rest lies beside them. */
const selectDevices = (deviceIds: readonly string[], asOf: Date | undefined): Prisma.Sql => Prisma.sql`
SELECT d.id AS "deviceId", d.serial, d.model, e.enrolment_id AS "enrolmentId",
       t.snapd_version AS "snapdVersion", t.system_mode AS "systemMode", t.on_classic AS "onClassic",
       CASE WHEN info.value IS NOT NULL
            THEN coalesce(info.value #> '{features,seed-refresh,enabled}' = 'true', false) END AS "seedRefresh",
       t.disk_free::float8 AS "freeBytes",
       CASE WHEN t.system_labels IS NOT NULL THEN (
         SELECT coalesce(jsonb_agg(jsonb_build_object(
                  'label', label,
                  'current', label IS NOT DISTINCT FROM t.current_system,
                  'default', label IS NOT DISTINCT FROM t.default_system)), '[]')
           FROM unnest(t.system_labels) AS label) END AS systems,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'key', said.account_id || '/' || said.name, 'sequence', said.sequence, 'mode', said.mode,
                 'ofModel', EXISTS (
                   SELECT FROM jsonb_array_elements(recovery_list(model.value #> '{headers,validation-sets}')) AS listed
                    WHERE listed ->> 'name' = said.name
                      AND coalesce(listed ->> 'account-id', model.value #>> '{headers,brand-id}') = said.account_id))),
               '[]')
          FROM ${setsAsOf(asOf)} AS said
         WHERE said.enrolment_id = e.enrolment_id AND said.sequence IS NOT NULL) AS sets,
       CASE WHEN jsonb_typeof(model.value #> '{headers,snaps}') = 'array' THEN (
         SELECT coalesce(jsonb_agg(jsonb_build_object(
                  'name', listed ->> 'name', 'optional', coalesce(listed ->> 'presence' = 'optional', false))), '[]')
           FROM jsonb_array_elements(model.value #> '{headers,snaps}') AS listed
          WHERE listed ->> 'name' IS NOT NULL) END AS "modelSnaps",
       (SELECT jsonb_object_agg(snap.name, snap.revision)
          FROM jsonb_array_elements(recovery_list(model.value #> '{headers,snaps}')) AS listed
          JOIN ${snapsAsOf(asOf)} AS snap ON snap.name = listed ->> 'name'
         WHERE snap.enrolment_id = e.enrolment_id AND snap.active) AS snaps
  FROM devices d
  LEFT JOIN ${enrolmentsAsOf(asOf)} AS e ON e.device_id = d.id
  LEFT JOIN LATERAL ${asOf ? traitsAsOf(asOf) : TRAITS} AS t ON true
  LEFT JOIN LATERAL (SELECT value FROM ${factsAsOf('system-info', asOf)} AS f WHERE f.enrolment_id = e.enrolment_id) AS info ON true
  LEFT JOIN LATERAL (SELECT value FROM ${factsAsOf('model', asOf)} AS f WHERE f.enrolment_id = e.enrolment_id) AS model ON true
 WHERE d.id = ANY (${deviceIds}::uuid[])
 ORDER BY d.id`;

const TRAITS = Prisma.sql`(SELECT * FROM device_traits AS kept WHERE kept.enrolment_id = e.enrolment_id)`;

/** Traits have no past: what recovery systems are judged by is taken from the facts of then. */
const traitsAsOf = (asOf: Date): Prisma.Sql => Prisma.sql`(
  SELECT NULL::text AS snapd_version, NULL::text AS system_mode, NULL::boolean AS on_classic, NULL::bigint AS disk_free,
    ARRAY(SELECT system ->> 'label' FROM jsonb_array_elements(json_list(f.value)) WITH ORDINALITY AS listed (system, place)
           WHERE fact_text(system ->> 'label') IS NOT NULL ORDER BY place) AS system_labels,
    label_of_system(f.value, 'current') AS current_system,
    label_of_system(f.value, 'default-recovery-system') AS default_system
  FROM ${factsAsOf('systems', asOf)} AS f WHERE f.enrolment_id = e.enrolment_id AND jsonb_typeof(f.value) = 'array')`;

const SIGHTINGS = `
SELECT enrolment_id AS "enrolmentId", label, first_seen_at AS "firstSeenAt", at_enrolment AS "atEnrolment"
  FROM recovery_sightings
 WHERE enrolment_id = ANY ($1::uuid[]) AND ($2::timestamptz IS NULL OR first_seen_at <= $2)`;

/** A command that certainly made nothing tells nothing. */
const COMMANDS = `
SELECT DISTINCT ON (c.enrolment_id, c.parameters ->> 'label')
       c.enrolment_id AS "enrolmentId", c.parameters ->> 'label' AS label, c.id,
       'succeeded' IN (c.status, c.late_status) AS succeeded, c.finished_at AS "finishedAt",
       coalesce(c.parameters -> 'test-system' = 'true', false) AS tested,
       recovery_list(c.parameters -> 'validation-sets') AS asked,
       made.made_at AS "madeAt", made.sets, made.snaps
  FROM commands c LEFT JOIN recovery_origins made ON made.command_id = c.id
 WHERE c.enrolment_id = ANY ($1::uuid[]) AND c.operation = 'create-recovery-system'
   AND ('succeeded' IN (c.status, c.late_status)
        OR c.late_status IS NULL AND c.status NOT IN ('failed', 'rejected', 'expired', 'cancelled'))
   AND ($2::timestamptz IS NULL OR c.finished_at <= $2)
 ORDER BY c.enrolment_id, c.parameters ->> 'label', c.created_at DESC, c.id DESC`;

/** Refreshes make systems only where seed-refresh is on: only there all changes are looked at. */
const CHANGES = `
SELECT DISTINCT ON (made.enrolment_id, made.label) made.*
  FROM (SELECT c.enrolment_id, c.enrolment_id AS "enrolmentId", c.kind, c.command_id AS "commandId",
               c.received_at AS "receivedAt", c.spawn_time_ns,
               substring(task ->> 'summary' FROM '^Create recovery system with label "(.*)"$') AS label
          FROM changes c, jsonb_array_elements(recovery_list(c.tasks)) AS task
         WHERE c.status = 'Done' AND task ->> 'kind' = 'create-recovery-system'
           AND (c.enrolment_id = ANY ($1::uuid[]) AND c.kind IN ('create-recovery-system', 'remodel')
                OR c.enrolment_id = ANY ($2::uuid[]))
           AND ($3::timestamptz IS NULL OR c.received_at <= $3)) AS made
 WHERE made.label IS NOT NULL
 ORDER BY made.enrolment_id, made.label, made.spawn_time_ns DESC`;
