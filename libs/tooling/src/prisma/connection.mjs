import pg from 'pg';

/** Parameters of a Prisma url that the pg driver does not know. */
const PRISMA_ONLY = [
  'schema',
  'connection_limit',
  'pool_timeout',
  'pgbouncer',
  'socket_timeout',
  'statement_cache_size',
];

/** Splits a Prisma url into what the pg driver reads and the schema and database it names. */
export function parseDatabaseUrl(url) {
  const parsed = new URL(url);
  const schema = parsed.searchParams.get('schema') ?? undefined;
  for (const name of PRISMA_ONLY) parsed.searchParams.delete(name);
  return { connectionString: parsed.toString(), schema, database: decodeURIComponent(parsed.pathname.slice(1)) };
}

/** The same server and user, another database. */
export function withDatabase(connectionString, database) {
  const url = new URL(connectionString);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.toString();
}

/** Runs one script on a connection of its own and closes it. */
export async function runScript(connectionString, script) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await client.query(script);
  } finally {
    await client.end();
  }
}

/** A name as an SQL identifier. */
export const quoteIdentifier = (name) => `"${name.replaceAll('"', '""')}"`;
