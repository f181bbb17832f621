import { logEngine } from './engine-log.mjs';
import { parseDatabaseUrl, quoteIdentifier, runScript, withDatabase } from './connection.mjs';

/** `schema-engine cli <name>`: what the CLI asks before or instead of a JSON-RPC session. */
const COMMANDS = {
  'can-connect-to-database': ({ connectionString }) => runScript(connectionString, 'SELECT 1'),
  'create-database': ({ connectionString, database }) =>
    runScript(withDatabase(connectionString, 'postgres'), `CREATE DATABASE ${quoteIdentifier(database)}`),
  'drop-database': ({ connectionString, database }) =>
    runScript(
      withDatabase(connectionString, 'postgres'),
      `DROP DATABASE IF EXISTS ${quoteIdentifier(database)} WITH (FORCE)`,
    ),
};

/** Runs one maintenance command. @returns the exit code; errors go to stderr in the native engine's JSON lines */
export async function runMaintenance(name, url) {
  logEngine('INFO', 'Starting schema engine CLI'); // the Prisma CLI throws the first line of stderr away
  const command = COMMANDS[name];
  if (!command || !url) {
    logEngine('ERROR', `cannot run schema engine command ${name}`, { error_code: 'P1001', is_panic: false });
    return 1;
  }
  const target = parseDatabaseUrl(url);
  try {
    await command(target);
    logEngine('INFO', 'ok');
    return 0;
  } catch (error) {
    const { code, message } = explain(error, target);
    logEngine('ERROR', message, { error_code: code, is_panic: false });
    return 1;
  }
}

function explain(error, { connectionString, database }) {
  const { username, hostname, port } = new URL(connectionString);
  if (error.code === '3D000') return { code: 'P1003', message: `Database \`${database}\` does not exist` };
  if (error.code === '28P01' || error.code === '28000') {
    return { code: 'P1000', message: `Authentication failed: the credentials of \`${username}\` are not valid` };
  }
  const reason = error.message || error.code;
  return { code: 'P1001', message: `Can't reach database server at \`${hostname}:${port || 5432}\` (${reason})` };
}
