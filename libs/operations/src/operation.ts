import type { FactName } from '@corefleet/contracts/device-protocol';
import type { Change, SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import type { ArtifactReference } from './artifact';
import { problemsOf } from './problems';
import type { ReadRoute } from './reads/read';
import { requireAll, type Requirement } from './requirements';
import type { Done, Undo, UndoStep } from './undo';

/**
 * What an operation can cost. `disruptive` interrupts what runs on the device (reboots, services, recovery systems);
 * `destructive` loses data and is refused by an agent's default local policy.
 */
export type Risk = 'read' | 'reversible' | 'disruptive' | 'destructive';

/** A fetched file whose size and digest are the ones asked for. It is removed when its command has ended. */
export interface Artifact {
  readonly sizeBytes: number;
  open(): AsyncIterable<Uint8Array>;
}

/** What an operation needs besides snapd. */
export interface OperationContext {
  /** The kernel's boot id; undefined where there is none to read. */
  readBootId(): Promise<string | undefined>;
  /**
   * The file of the server, fetched at the first call of a command and kept for the next.
   * @throws when it cannot be fetched, or is not the one asked for
   */
  fetchArtifact(reference: ArtifactReference): Promise<Artifact>;
  /**
   * Streams a file to the server, as fast as both sides go; nothing is kept on the device. Only for an operation that says
   * `storesArtifacts`.
   * @param name as `artifactName` has it
   * @throws what `content` throws, or when the server does not keep exactly what was read: read it anew then
   */
  storeArtifact(name: string, content: AsyncIterable<Uint8Array>): Promise<ArtifactReference>;
}

/** How a request was taken: done at once, or a change to follow. */
export type Started =
  | { readonly kind: 'sync'; readonly result: unknown }
  | {
      readonly kind: 'change';
      readonly changeId: string;
      /** True when the change existed before and belongs to somebody else, as with an abort. */
      readonly existing?: boolean;
    };

/** What the device shows after the request. */
export type Verdict =
  | { readonly kind: 'verified'; readonly result: unknown }
  | { readonly kind: 'not-verified'; readonly message: string; readonly result: unknown };

/** What verification may look at. */
export interface Outcome {
  readonly started: Started;
  /** The change as it ended; absent when there was none, or when snapd has forgotten it. */
  readonly change?: Change;
  /** What `observe` saw before the start. */
  readonly before: unknown;
}

/** Whether snapd does it at once, or makes a change of it. */
export type Expects = 'sync' | 'change';

/** How often the device restarts on its way. */
export type Reboots = 'never' | 'may' | 'once' | 'twice';

/** An operation as its own file writes it. */
export interface OperationDefinition<P extends object> {
  /** Its name in the catalogue, in envelopes and in queues. */
  readonly name: string;
  readonly risk: Risk;
  /** Strict: an unknown parameter is refused. Refusals use snapd's words where snapd has some; secrets are marked. */
  readonly parameters: z.ZodMiniType<P>;
  /** First release of snapd that can do it, as `2.62`; absent when every one that is in use can. */
  readonly since?: string;
  /** What the device must be: read before the start, and refused when it is not. */
  readonly requires?: readonly Requirement[];
  /** How it is taken back; absent when nothing does, and then about.ts says why. */
  readonly undo?: Undo<P>;
  /** Whether sending it a second time leaves the device as sending it once does. */
  readonly idempotent: boolean | ((parameters: P) => boolean);
  readonly expects: Expects | ((parameters: P) => Expects);
  /** `never` when absent. */
  readonly reboots?: Reboots | ((parameters: P) => Reboots);
  /**
   * The facts that may be others after it, where it is known that no others are; absent, any may. Warnings need not be
   * named: whatever snapd answers says when there are new ones.
   */
  readonly touches?: readonly FactName[] | ((parameters: P) => readonly FactName[]);
  /** The files of the server that it needs on the device. */
  artifacts?(parameters: P): readonly ArtifactReference[];
  /** It stores files in the server, and its result names them. */
  readonly storesArtifacts?: boolean;
  /**
   * The device loses all data with it, the agent's key and journal too: it comes back by another enrolment, and that
   * it does is the command's success.
   */
  readonly erasesAgent?: boolean;
  /** A change that was cut short is verified like one that is done; otherwise it has failed. */
  readonly takesCutShort?: boolean;
  /**
   * Reads what verification will compare with, and fetches what the start will need: here a failure is still harmless.
   * A JSON value: it is journalled before the start.
   */
  observe?(client: SnapdClient, parameters: P, context: OperationContext): Promise<unknown>;
  /** Sends the one request. Throws snapd's refusal unchanged. */
  start(client: SnapdClient, parameters: P, context: OperationContext): Promise<Started>;
  /** Whether a change of unknown origin is the one this request makes: by kind, snaps and summary. Absent: it makes none. */
  matches?(change: Change, parameters: P): boolean;
  /** Reads the device. Never asks what was accepted, only what is. */
  verify(client: SnapdClient, parameters: P, outcome: Outcome, context: OperationContext): Promise<Verdict>;
}

/** An operation bound to parameters that fit it. */
export interface PreparedOperation {
  readonly name: string;
  readonly risk: Risk;
  readonly idempotent: boolean;
  readonly expects: Expects;
  readonly reboots: Reboots;
  readonly takesCutShort: boolean;
  /** The facts that may be others after it; undefined when any may. */
  readonly touches: readonly FactName[] | undefined;
  /** The files of the server that it needs on the device. */
  readonly artifacts: readonly ArtifactReference[];
  /** Of an operation that is followed: what snapd says, as it says it. Throws snapd's refusal unchanged. */
  follow?(client: SnapdClient): AsyncIterable<unknown>;
  /** @throws RequirementError when the device is not one that can do it */
  observe(client: SnapdClient, context: OperationContext): Promise<unknown>;
  start(client: SnapdClient, context: OperationContext): Promise<Started>;
  matches(change: Change): boolean;
  verify(client: SnapdClient, outcome: Outcome, context: OperationContext): Promise<Verdict>;
  /** What to issue, in order, to take a verified one back; empty when nothing does. */
  undo(done: Done): readonly UndoStep[];
}

/** What the server and the agent see of an operation. */
export interface Operation {
  readonly name: string;
  readonly risk: Risk;
  readonly parameters: z.ZodMiniType<object>;
  /** First release of snapd that can do it; absent when every one that is in use can. */
  readonly since?: string;
  readonly requires: readonly Requirement[];
  /** Names of the operations that take it back; none when nothing does. */
  readonly undoneBy: readonly string[];
  /** Whether it stores files in the server. */
  readonly storesArtifacts: boolean;
  /** Whether the device comes back from it without the agent's key and journal. */
  readonly erasesAgent: boolean;
  /** Of an operation that is followed: snapd's path, whose answer goes on until somebody ends it. */
  readonly follows?: { readonly path: string };
  /** Of an operation that is one GET of snapd's API. */
  readonly read?: ReadRoute;
  /**
   * Checks the parameters and binds them.
   * @returns the operation ready to run, or every problem in words
   */
  prepare(parameters: unknown): Preparation;
}

export type Preparation =
  | { readonly kind: 'prepared'; readonly operation: PreparedOperation }
  | { readonly kind: 'bad-parameters'; readonly problems: readonly string[] };

/** Makes the catalogue's entry of a definition. */
export function defineOperation<P extends object>(definition: OperationDefinition<P>): Operation {
  const { name, risk, parameters, since, undo, requires = [] } = definition;
  const { storesArtifacts = false, erasesAgent = false } = definition;
  const prepare = (input: unknown): Preparation => {
    const parsed = z.safeParse(parameters, input);
    if (!parsed.success) return { kind: 'bad-parameters', problems: problemsOf(parsed.error) };
    return { kind: 'prepared', operation: bind(definition, parsed.data) };
  };
  return {
    ...{ name, risk, parameters, requires, storesArtifacts, erasesAgent, prepare },
    ...(since !== undefined && { since }),
    undoneBy: undo?.by ?? [],
  };
}

function bind<P extends object>(definition: OperationDefinition<P>, parameters: P): PreparedOperation {
  const { name, risk, since, requires = [], expects, idempotent, reboots = 'never', touches, undo } = definition;
  return {
    name,
    risk,
    expects: typeof expects === 'function' ? expects(parameters) : expects,
    idempotent: typeof idempotent === 'function' ? idempotent(parameters) : idempotent,
    reboots: typeof reboots === 'function' ? reboots(parameters) : reboots,
    takesCutShort: definition.takesCutShort ?? false,
    touches: typeof touches === 'function' ? touches(parameters) : touches,
    artifacts: definition.artifacts?.(parameters) ?? [],
    observe: async (client, context) => {
      await requireAll(client, { name, since, requires });
      return (await definition.observe?.(client, parameters, context)) ?? null;
    },
    start: (client, context) => definition.start(client, parameters, context),
    matches: (change) => definition.matches?.(change, parameters) ?? false,
    verify: (client, outcome, context) => definition.verify(client, parameters, outcome, context),
    undo: (done) => undo?.steps(parameters, done) ?? [],
  };
}

/** What was seen, read back from where it was kept as JSON; undefined when it has another shape. */
export const readBefore = <T>(schema: z.ZodMiniType<T>, seen: unknown): T | undefined => z.safeParse(schema, seen).data;

export const verified = (result: unknown): Verdict => ({ kind: 'verified', result });

export const notVerified = (message: string, result: unknown): Verdict => ({ kind: 'not-verified', message, result });
