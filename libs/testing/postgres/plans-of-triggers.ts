import { Client } from 'pg';

/**
 * The plans by which a statement's triggers read their rows before and after it: as a new session makes them, for the rows of the
 * statement. It is taken back.
 * @param url of the owner: plans are told to nobody else
 */
export async function plansOfTriggers(url: string, statement: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  const plans: string[] = [];
  client.on('notice', ({ message }) => plans.push(message ?? ''));
  await client.connect();
  try {
    await client.query(`LOAD 'auto_explain'; SET client_min_messages = log; SET auto_explain.log_min_duration = 0;
      SET auto_explain.log_nested_statements = on; BEGIN`);
    await client.query(statement);
    await client.query('ROLLBACK');
    return plans.filter((plan) => plan.includes('Named Tuplestore Scan'));
  } finally {
    await client.end();
  }
}
