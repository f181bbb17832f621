import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HowToStart } from '@corefleet/testing/fleet';
import { progressOf } from './journal-file';
import type { Order } from './orders';
import type { Road } from './road';
import type { RoadDevice } from './road-device';

/** Where an agent dies: see preload-death.cjs. */
export interface Place {
  readonly at: 'journal' | 'state' | 'server' | 'snapd' | 'socket';
  readonly when: 'before' | 'after';
  /** Only calls with this text in their data count. */
  readonly contains?: string;
}

export interface Series {
  /** Where it dies at call 1, 2, 3 ... */
  readonly place: Place;
  /** It has died there before: what dies in the series is the agent that makes it good. */
  readonly after?: Place;
  readonly order: Order;
}

/** What a restarted agent has to do about a command, by what it wrote down and what snapd shows. */
export type Duty = 'begin' | 'send-again' | 'adopt' | 'ask-a-person' | 'follow' | 'report';

/** One death and what became of its command. */
export interface Turn {
  readonly call: number;
  readonly duty: Duty;
  /** Requests that reached snapd before the last start of the agent. */
  readonly sentBefore: number;
  /** Requests that reached snapd in all. */
  readonly sent: number;
  readonly status: string;
  /** Whether snapd itself shows what was ordered. */
  readonly done: boolean;
}

const MOST_CALLS = 200;
/** What a dead agent had handed over is with snapd by then. */
const ON_ITS_WAY_MS = 50;

/**
 * Calls `dieAt` with 1, 2, 3 ... until it answers that nobody died.
 * @returns what became of each death
 */
export async function untilOneSurvives<T>(dieAt: (call: number) => Promise<T | undefined>): Promise<T[]> {
  const turns: T[] = [];
  for (let call = 1; call <= MOST_CALLS; call += 1) {
    const turn = await dieAt(call);
    if (turn === undefined) return turns;
    turns.push(turn);
  }
  throw new Error(`cannot survive: an agent died at each of ${MOST_CALLS} calls`);
}

const PRELOAD = path.resolve(__dirname, 'preload-death.cjs');

/** How a process is started that dies at that call. */
export const deathAt = ({ at, when, contains = '' }: Place, call: number): Required<HowToStart> => ({
  nodeArgs: ['--require', PRELOAD],
  env: { DEATH_AT: at, DEATH_WHEN: when, DEATH_CALL: String(call), DEATH_CONTAINS: contains },
});

/** Starts an agent that dies at that call. @returns whether it died before `over` was so */
export async function diesBefore(
  device: RoadDevice,
  place: Place,
  call: number,
  over: Promise<unknown>,
): Promise<boolean> {
  const agent = device.startAgent(deathAt(place, call));
  return Promise.race([agent.exited.then(() => true), over.then(() => false)]);
}

/** Lets the agent of an enrolled device die at each call of the series, each time with a command of its own. */
export async function dieWithCommands(road: Road, device: RoadDevice, series: Series): Promise<Turn[]> {
  const { id: deviceId } = await road.online(device.serial);
  await device.stopAgent();
  return untilOneSurvives((call) => dieWithCommand(road, device, { deviceId, series, call }));
}

interface Way {
  readonly deviceId: string;
  readonly series: Series;
  readonly call: number;
}

/** @returns undefined when the command ended before the agent died */
async function dieWithCommand(road: Road, device: RoadDevice, way: Way): Promise<Turn | undefined> {
  const { deviceId, series, call } = way;
  const { order, place, after } = series;
  const commandId = await road.order(deviceId, order.operation, order.parameters(call));
  const ended = road.ended(commandId);
  if (after && !(await diesBefore(device, after, 1, ended)))
    throw new Error(`cannot die: the agent never came to a call with ${after.contains}`);
  const died = await diesBefore(device, place, call, ended);
  await sleep(ON_ITS_WAY_MS);
  const duty = await dutyOf(device, order, commandId);
  const sentBefore = sentOf(device, order, call);
  if (died) device.startAgent();
  const { status } = await ended;
  await device.stopAgent();
  if (!died) return undefined;
  const done = await order.isDone(device, call);
  return { call, duty, sentBefore, sent: sentOf(device, order, call), status, done };
}

const sentOf = (device: RoadDevice, order: Order, turn: number): number =>
  device.sent((request) => request.forwarded && order.isRequest(request, turn)).length;

/** The rule of redelivery: exactly one change that fits is adopted; none is sent again where twice is as good as once. */
async function dutyOf(device: RoadDevice, order: Order, commandId: string): Promise<Duty> {
  const { step, highestChangeId } = progressOf(device.journalFile, commandId);
  if (step === 'end') return 'report';
  if (step === 'started') return 'follow';
  if (step !== 'intent') return 'begin';
  const changes = await device.read<{ id: string; kind: string }[]>('/v2/changes?select=all');
  const fitting = changes.filter(({ id, kind }) => kind === order.changeKind && Number(id) > Number(highestChangeId));
  if (fitting.length === 1) return 'adopt';
  return order.idempotent && fitting.length === 0 ? 'send-again' : 'ask-a-person';
}
