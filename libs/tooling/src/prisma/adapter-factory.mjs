import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import { parseDatabaseUrl, runScript, withDatabase } from './connection.mjs';

const CHAR_OID = 18;
const BPCHAR_OID = 1042;

/**
 * The pg adapter for one datasource, mended in the four places where adapter-pg 7.10 cannot serve the schema engine.
 * @param datasource `{url, shadowDatabaseUrl}`; without a url (schema-only work) every connection fails
 */
export function createAdapterFactory(datasource) {
  const { connectionString, schema } = parseDatabaseUrl(datasource?.url || 'postgresql://prisma@127.0.0.1:1/none');
  const open = (url, connections) => {
    const options = schema ? `-c search_path="${schema}"` : undefined;
    return new PrismaPg({ connectionString: url, max: connections, options }, { schema });
  };
  const factory = open(connectionString, 4);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => mend(await connect());
  factory.connectToShadowDb = async () => mend(await openShadow(datasource?.shadowDatabaseUrl, connectionString, open));
  return factory;
}

function mend(connection) {
  readInternalChars(connection);
  if (connection.underlyingDriver) connection.executeScript = (script) => executeWhole(connection, script);
  if (connection.startTransaction) {
    const startTransaction = connection.startTransaction.bind(connection);
    connection.startTransaction = async (...args) => mend(await startTransaction(...args));
  }
  return connection;
}

/**
 * adapter-pg refuses PostgreSQL's internal "char", which the catalogue returns: it gets to see bpchar, and the engine,
 * which wants a character from some of these columns (constraint types, since PostgreSQL 18), gets characters.
 */
function readInternalChars(connection) {
  const performIO = connection.performIO.bind(connection);
  const queryRaw = connection.queryRaw.bind(connection);
  const charColumns = new WeakMap(); // by query
  connection.performIO = async (query) => {
    const result = await performIO(query);
    const indexes = [...(result.fields ?? []).keys()].filter((index) => result.fields[index].dataTypeID === CHAR_OID);
    for (const index of indexes) result.fields[index].dataTypeID = BPCHAR_OID;
    charColumns.set(query, indexes);
    return result;
  };
  connection.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const index of charColumns.get(query) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
}

/** adapter-pg's own executeScript splits at every `;`, which breaks $$-quoted bodies: send the script in one piece. */
async function executeWhole(connection, script) {
  try {
    await connection.underlyingDriver().query(script);
  } catch (error) {
    connection.onError(error);
  }
}

/**
 * adapter-pg's own connectToShadowDb keeps the main database when it was given a connection string, and drops the
 * shadow while still connected to it: make, connect to and drop our own.
 */
async function openShadow(shadowDatabaseUrl, mainUrl, open) {
  if (shadowDatabaseUrl) {
    const given = parseDatabaseUrl(shadowDatabaseUrl).connectionString;
    await runScript(given, 'DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public');
    return open(given, 2).connect();
  }
  const name = `prisma_migrate_shadow_db_${randomUUID()}`;
  await runScript(mainUrl, `CREATE DATABASE "${name}"`);
  const shadow = await open(withDatabase(mainUrl, name), 2).connect();
  const dispose = shadow.dispose.bind(shadow);
  shadow.dispose = async () => {
    await dispose();
    await runScript(mainUrl, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  };
  return shadow;
}
