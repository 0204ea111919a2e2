// Holds a database open; for every line on stdin runs it as a query and answers its first value as a line of JSON.
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

const database = new DatabaseSync(process.argv[2], { timeout: 0 });
const answer = (sql) => {
  try {
    return Object.values(database.prepare(sql).get() ?? { done: true })[0];
  } catch (error) {
    return String(error);
  }
};
for await (const sql of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(answer(sql))}\n`);
