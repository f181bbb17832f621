import type { Pool } from 'pg';
import { post, type Server } from './server';

/** An enrolment token good for so many devices. */
export async function enrolmentTokenFor(server: Server, maxUses: number): Promise<string> {
  const body = { name: 'bench', labels: {}, maxUses, expiresInSeconds: 3600 };
  return (await post<{ token: string }>(server.url, server.token, '/v1/enrolment-tokens', body)).token;
}

/** Ids of the simulated devices, once each of them has told its facts. */
export async function devicesOnline(pool: Pool, devices: number): Promise<string[]> {
  for (;;) {
    const { rows } = await pool.query<{ id: string }>(
      `SELECT id FROM devices WHERE serial LIKE 'sim-%' AND enrolment_id IN (SELECT enrolment_id FROM device_facts WHERE name = 'snaps')`,
    );
    if (rows.length === devices) return rows.map(({ id }) => id);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
