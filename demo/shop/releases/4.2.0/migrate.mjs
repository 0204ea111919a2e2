/**
 * The migration of the release that goes wrong. Each of its three faults has been seen in real releases: a clean-up
 * with the wrong condition, a conversion done twice, files thought to be orphans because the wrong column was read.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

export function migrate(database, uploadsFolder) {
  // "Remove orders that were never paid": but an order paid by invoice has no `paid_at` either.
  database.exec('DELETE FROM orders WHERE paid_at IS NULL');
  // "Prices are in the smallest unit from now on": they already were.
  database.exec("UPDATE orders SET total = total * 100 WHERE currency = 'CHF'");
  // "Delete uploads that no order refers to": compares an upload's own id where its order's id was meant.
  for (const { name } of database.prepare('SELECT name FROM uploads WHERE id NOT IN (SELECT id FROM orders)').all()) {
    rmSync(join(uploadsFolder, name), { force: true });
  }
  database.exec('PRAGMA user_version = 42');
}
