import { shownParameters, type UndoStep } from '@corefleet/operations';
import type { Prisma } from '@corefleet/platform/database';
import { isSensitive } from './sensitive';

/** A command as people see it: the row without the signed text. */
export interface CommandView {
  readonly id: string;
  readonly deviceId: string;
  readonly rolloutId: string | null;
  readonly operation: string;
  /** Without secrets. */
  readonly parameters: unknown;
  readonly status: string;
  readonly requestedBy: string;
  readonly sequence: number | null;
  readonly changeIds: string[];
  readonly cause: string | null;
  readonly message: string | null;
  readonly snapdKind: string | null;
  readonly snapdValue: unknown;
  /** HTTP status of snapd's refusal. */
  readonly snapdStatus: number | null;
  readonly result: unknown;
  /** Operations with parameters, to issue in order to take it back; without secrets. */
  readonly undo: unknown;
  /** The end the device reported after the command had been closed here. */
  readonly lateStatus: string | null;
  readonly deadlineSeconds: number;
  readonly createdAt: Date;
  readonly validUntil: Date;
  readonly signedAt: Date | null;
  readonly acceptedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface CommandPage {
  readonly items: CommandView[];
  readonly next?: string;
}

/** Columns of a view: the envelope stays where it is. */
export const commandColumns = { envelope: true, signature: true, keyId: true } as const;

type Row = Prisma.CommandGetPayload<{ omit: typeof commandColumns }>;

/** What is sensitive is shown to who asked for it, and here to nobody: it may wait in the row to be fetched. */
export function commandView(row: Row): CommandView {
  const { id, deviceId, rolloutId, operation, status, requestedBy, changeIds, cause, message, snapdKind } = row;
  const { snapdStatus, lateStatus, deadlineSeconds, createdAt, validUntil, signedAt, acceptedAt, finishedAt } = row;
  const { snapdValue, result } = isSensitive(operation) ? { snapdValue: null, result: null } : row;
  return {
    ...{ id, deviceId, rolloutId, operation, status, requestedBy, changeIds, cause, message, snapdKind },
    parameters: shownParameters(operation, row.parameters),
    undo: shownUndo(row.undo),
    ...{ snapdValue, snapdStatus, result, lateStatus, deadlineSeconds, createdAt, validUntil, signedAt, acceptedAt },
    finishedAt,
    sequence: row.sequence === null ? null : Number(row.sequence),
  };
}

/** The gateway took it as a list of steps, or as nothing. A step of an operation that is unknown here shows no parameters. */
const shownUndo = (undo: Row['undo']): unknown =>
  (undo as unknown as readonly UndoStep[] | null)?.map(({ operation, parameters }) => ({
    operation,
    parameters: shownParameters(operation, parameters),
  })) ?? null;
