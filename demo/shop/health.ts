/** What the shop knows of its own health: does the data hold together? */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

export interface Health {
  readonly status: 'ok' | 'failing';
  readonly faults: readonly string[];
}

const wrongTotals = `
  SELECT count(*) AS n FROM orders
  WHERE total <> (SELECT coalesce(sum(quantity * price), 0) FROM order_lines WHERE order_id = orders.id)`;
const lostOrders =
  'SELECT count(DISTINCT order_id) AS n FROM order_lines WHERE order_id NOT IN (SELECT id FROM orders)';

export function healthOf(database: DatabaseSync, uploadsFolder: string): Health {
  const count = (sql: string) => Number(database.prepare(sql).get()?.n);
  const names = database.prepare('SELECT name FROM uploads').all();
  const missing = names.filter(({ name }) => !existsSync(join(uploadsFolder, String(name)))).length;
  const faults = [
    [count(lostOrders), 'orders are gone, only their lines are left'],
    [count(wrongTotals), 'orders have a total that is not the sum of their lines'],
    [missing, 'uploaded files are missing'],
  ] as const;
  const found = faults.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return { status: found.length === 0 ? 'ok' : 'failing', faults: found };
}
