import type { Change } from '@corefleet/snapd-client';
import { findOperation, findRead, type PreparedOperation, type Started, type Verdict } from '@corefleet/operations';
import type { Subject } from './subject';

/** How an operation of the catalogue went, step by step as the agent takes them. */
export interface Operated {
  started: Started;
  /** As it ended; absent where there was none. */
  change?: Change;
  verdict: Verdict;
}

/**
 * Carries an operation of the catalogue out: prepare, observe, start, follow the change, verify.
 * @throws snapd's refusal, or what is wrong with the parameters
 */
export async function operate(subject: Subject, name: string, parameters: object): Promise<Operated> {
  const operation = findOperation(name);
  if (operation === undefined) throw new Error(`cannot operate: the catalogue has no operation "${name}"`);
  const prepared = preparedOf(name, operation.prepare(parameters));
  const client = subject.clientOf('operation');
  const before = await prepared.observe(client, subject.artifacts);
  const start = (): Promise<Started> => prepared.start(client, subject.artifacts);
  const started = prepared.reboots === 'once' ? await subject.backend.throughReboot(start) : await start();
  if (started.kind === 'sync') {
    return { started, verdict: await prepared.verify(client, { started, before }, subject.artifacts) };
  }
  const change = await subject.ended(started.changeId);
  if (!started.existing && !prepared.matches(change))
    throw new Error(`cannot follow ${name}: it does not take the change "${change.summary}" for its own`);
  return { started, change, verdict: await prepared.verify(client, { started, change, before }, subject.artifacts) };
}

/**
 * Reads a path of snapd's API through the catalogue of reads.
 * @throws snapd's refusal, or what is wrong with the parameters
 */
export async function read(subject: Subject, target: string): Promise<unknown> {
  const found = findRead(target);
  if (found === undefined) throw new Error(`cannot read: the catalogue has no read of ${target}`);
  const prepared = preparedOf(found.operation.name, found.operation.prepare(found.parameters));
  const client = subject.clientOf('read');
  const started = await prepared.start(client, subject.artifacts);
  const { result } = await prepared.verify(client, { started, before: null }, subject.artifacts);
  return result;
}

type Preparation = ReturnType<NonNullable<ReturnType<typeof findOperation>>['prepare']>;

function preparedOf(name: string, preparation: Preparation): PreparedOperation {
  if (preparation.kind === 'prepared') return preparation.operation;
  throw new Error(`cannot prepare ${name}: ${preparation.problems.join('; ')}`);
}
