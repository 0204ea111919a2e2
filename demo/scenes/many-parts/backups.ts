/** What is taken before the change, as the README of the playbook says. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { databases, type Parts, placeOrders, stock } from './parts.ts';

export interface Tree {
  readonly archive: string;
  readonly manifest: string;
}

export interface Backups {
  readonly pgDump: string;
  readonly pgPreviousDump: string;
  readonly mariadbDump: string;
  readonly redisBackup: string;
  readonly uploads: Tree;
  readonly documents: Tree;
}

/** Between the two dumps of PostgreSQL users place orders. */
export function takeBackups(folder: string, { postgres, mariadb, redis, uploads, documents }: Parts): Backups {
  const at = (name: string) => join(folder, name);
  mkdirSync(folder);
  const dump = (to: string) => postgres.run('pg_dump', ['-Fc', '-f', to, databases.postgres]);
  dump(at('shop-previous.dump'));
  placeOrders(postgres, stock.olderOrders + 1, stock.orders);
  dump(at('shop.dump'));
  writeFileSync(at('catalogue.sql'), mariadb.dump('--single-transaction', '--routines', '--events', databases.mariadb));
  redis.cli('--rdb', at('carts.rdb'));
  return {
    pgDump: at('shop.dump'),
    pgPreviousDump: at('shop-previous.dump'),
    mariadbDump: at('catalogue.sql'),
    redisBackup: at('carts.rdb'),
    uploads: takeTree(uploads, at('uploads')),
    documents: takeTree(documents, at('documents')),
  };
}

const checksums = 'find . -type f -print0 | sort -z | xargs -0 sha256sum';

function takeTree(tree: string, to: string): Tree {
  const [archive, manifest] = [`${to}.tar.gz`, `${to}.sha256`];
  execFileSync('tar', ['-czf', archive, '-C', tree, '.']);
  writeFileSync(manifest, execFileSync('sh', ['-c', checksums], { cwd: tree }));
  return { archive, manifest };
}
