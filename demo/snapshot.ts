/** What the shop holds, counted and hashed by the demo's own code: the proof does not lean on the playbook's check. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Snapshot {
  readonly orders: number;
  readonly lines: number;
  readonly turnover: string;
  readonly rowsSha256: string;
  readonly files: number;
  readonly filesSha256: string;
}

export function snapshot(shop: string): Snapshot {
  const database = new DatabaseSync(join(shop, 'shop.db'), { readOnly: true });
  try {
    const number = (sql: string) => Number(database.prepare(sql).get()?.n);
    const rows = ['orders', 'order_lines', 'uploads'].flatMap((table) =>
      database.prepare(`SELECT * FROM ${table} ORDER BY id`).all(),
    );
    return {
      orders: number('SELECT count(*) AS n FROM orders'),
      lines: number('SELECT count(*) AS n FROM order_lines'),
      turnover: (number('SELECT sum(total) AS n FROM orders') / 100).toFixed(2),
      rowsSha256: sha256(rows.map((row) => JSON.stringify(row))),
      ...filesIn(join(shop, 'uploads')),
    };
  } finally {
    database.close();
  }
}

function filesIn(folder: string): Pick<Snapshot, 'files' | 'filesSha256'> {
  const names = readdirSync(folder).sort();
  const contents = names.flatMap((name) => [name, readFileSync(join(folder, name))]);
  return { files: names.length, filesSha256: sha256(contents) };
}

function sha256(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex');
}

/** Side by side, for a table: one column a snapshot. */
export function compare(columns: { readonly [title: string]: Snapshot }): readonly (readonly string[])[] {
  const row = (label: string, cell: (taken: Snapshot) => string) => [label, ...Object.values(columns).map(cell)];
  return [
    ['', ...Object.keys(columns)],
    row('orders', (taken) => String(taken.orders)),
    row('order lines', (taken) => String(taken.lines)),
    row('turnover', (taken) => taken.turnover),
    row('checksum of all rows', (taken) => taken.rowsSha256.slice(0, 12)),
    row('uploaded files', (taken) => String(taken.files)),
    row('checksum of all files', (taken) => taken.filesSha256.slice(0, 12)),
  ];
}
