import { Pool } from 'pg';
import { enrolTalkers, LinkTeller, type ReportFrame } from '@corefleet/testing/talking-links';
import { STAGES, aRefresh } from './snapshots';

export interface TellingSettings {
  /** The database as its owner, to enrol devices there. */
  readonly databaseUrl: string;
  readonly gatewayUrl: string;
  readonly agents: number;
  /** Of each agent, three snapshots of each. */
  readonly changes: number;
}

const FRAME_ITEMS = 30;
const OPENED_AT_ONCE = 50;

/**
 * The process with the agents: it has links of as many devices open, says `ready`, and at the first message has all of them tell
 * their frames, which lie ready as text. @returns by message, once everything is acknowledged
 */
export async function runTellingAgents(settings: TellingSettings): Promise<void> {
  const pool = new Pool({ connectionString: settings.databaseUrl, max: 1 });
  const talkers = await enrolTalkers(pool, settings.agents);
  await pool.end();
  const frames = framesOf(settings.changes);
  const tellers = talkers.map((talker) => new LinkTeller(() => settings.gatewayUrl, talker, frames.values()));
  for (let at = 0; at < tellers.length; at += OPENED_AT_ONCE)
    await Promise.all(tellers.slice(at, at + OPENED_AT_ONCE).map((teller) => teller.open()));
  process.once('message', () => {
    void Promise.all(tellers.map((teller) => teller.tell())).then(() =>
      process.send?.({ breaks: tellers.reduce((sum, { breaks }) => sum + breaks, 0) }),
    );
  });
  process.send?.({ ready: true });
}

/** What one agent says; all say the same, each of its own changes. */
function framesOf(changes: number): ReportFrame[] {
  const items: string[] = [];
  for (const done of STAGES)
    for (let change = 1; change <= changes; change += 1)
      items.push(
        `{"n":${items.length + 1},"kind":"change","body":${JSON.stringify({ change: aRefresh(change, done) })}}`,
      );
  return Array.from({ length: Math.ceil(items.length / FRAME_ITEMS) }, (_, at): ReportFrame => {
    const first = at * FRAME_ITEMS;
    const own = items.slice(first, first + FRAME_ITEMS);
    return {
      numbers: own.map((_item, place) => first + place + 1),
      text: `{"type":"report","items":[${own.join(',')}]}`,
    };
  });
}
