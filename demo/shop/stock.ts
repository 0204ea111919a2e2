/** Fills a new shop: orders with their lines, and the photos that customers uploaded for printing. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Stock {
  readonly orders: number;
  readonly uploads: number;
  readonly uploadBytes: number;
}

const tables = `
  PRAGMA journal_mode = WAL;
  PRAGMA user_version = 41;
  CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer TEXT NOT NULL, placed_at TEXT NOT NULL, paid_at TEXT,
    currency TEXT NOT NULL, total INTEGER NOT NULL
  );
  CREATE TABLE order_lines (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, article TEXT NOT NULL,
    quantity INTEGER NOT NULL, price INTEGER NOT NULL
  );
  CREATE INDEX lines_of_order ON order_lines (order_id);
  CREATE TABLE uploads (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, name TEXT NOT NULL UNIQUE);
`;

const articles = ['print 10x15', 'print 20x30', 'canvas 40x60', 'photo book A4', 'calendar', 'mug'];
const firstOrder = Date.UTC(2026, 8, 1);

export function stockShop(folder: string, stock: Stock): void {
  mkdirSync(join(folder, 'uploads'), { recursive: true });
  const database = new DatabaseSync(join(folder, 'shop.db'));
  database.exec(tables);
  placeOrders(database, 1, stock.orders);
  takeUploads(database, folder, stock);
  database.close();
}

/** More of the same: what customers order between one backup and the next. */
export function placeOrders(database: DatabaseSync, from: number, count: number): void {
  const order = database.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)');
  const line = database.prepare('INSERT INTO order_lines (order_id, article, quantity, price) VALUES (?, ?, ?, ?)');
  database.exec('BEGIN');
  for (let id = from; id < from + count; id++) {
    let total = 0;
    for (let n = 0; n <= id % 4; n++) {
      const quantity = 1 + ((id * 7 + n) % 5);
      const price = 190 + ((id * 31 + n * 997) % 4800);
      line.run(id, articles[(id + n) % articles.length] ?? 'print', quantity, price);
      total += quantity * price;
    }
    const placedAt = new Date(firstOrder + id * 907_000).toISOString();
    const byInvoice = id % 6 === 0;
    order.run(id, `customer-${(id * 13) % 1700}`, placedAt, byInvoice ? null : placedAt, id % 3 ? 'CHF' : 'EUR', total);
  }
  database.exec('COMMIT');
}

function takeUploads(database: DatabaseSync, folder: string, stock: Stock): void {
  const insert = database.prepare('INSERT INTO uploads VALUES (?, ?, ?)');
  database.exec('BEGIN');
  for (let id = 1; id <= stock.uploads; id++) {
    const orderId = 1 + ((id * 17) % stock.orders);
    const name = `order-${orderId}-photo-${id}.jpg`;
    writeFileSync(join(folder, 'uploads', name), randomBytes(stock.uploadBytes + (id % 64)));
    insert.run(id, orderId, name);
  }
  database.exec('COMMIT');
}
