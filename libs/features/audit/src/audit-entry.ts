import type { Actor } from './actor';

export interface AuditSubject {
  /** What kind of thing was acted on, e.g. `command`, `rollout`, `user`. */
  readonly kind: string;
  readonly id: string;
}

/** What an actor did, or tried to do. */
export interface NewAuditEntry {
  readonly actor: Actor;
  /** `<thing>.<verb>`, e.g. `command.issue`. */
  readonly action: string;
  readonly subject: AuditSubject;
  /** `refused`: the actor tried and was not let; absent means done. */
  readonly outcome?: 'done' | 'refused';
  /** The reason in the actor's own words. */
  readonly remark?: string;
  /** What a reader needs to know besides; no secrets. */
  readonly details?: object;
}

/** Entries to look at; each member leaves out those for which it does not hold. */
export interface AuditFilter {
  readonly action?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly actorId?: string | undefined;
  /** From this time on. */
  readonly since?: Date | undefined;
  /** Before this time. */
  readonly until?: Date | undefined;
}

/** An entry as it was kept. */
export interface AuditEntryView {
  /** Rises with each entry; a decimal number as text, because it may pass what a JSON number holds. */
  readonly id: string;
  readonly at: Date;
  readonly actor: Actor;
  readonly action: string;
  readonly subject: AuditSubject;
  readonly outcome: string;
  readonly remark?: string;
  readonly details: unknown;
}

export interface AuditQuery extends AuditFilter {
  /** Id of the last entry of the page before. */
  readonly cursor?: string;
  readonly limit: number;
}

export interface AuditPage {
  readonly items: AuditEntryView[];
  /** Id of the last entry, when there are older ones. */
  readonly next?: string;
}
