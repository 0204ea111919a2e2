/**
 * A database put back by `postgres/restore`, whole process from the start of the engine to its end, beside what
 * somebody would type: createdb and pg_restore. Both with the same jobs, on a server of the benchmark's own. The
 * planner's statistics are left out of both.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '../../test/rig/servers/postgres.ts';
import { locate } from '../../tools/test-servers.mjs';
import { backout } from '../contenders.ts';
import { inTurn, ratioOf, values } from '../rounds.ts';
import { median } from '../statistics.ts';
import { type Call, type Scratch, time } from '../stopwatch.ts';
import { type Bench, type Row, ratioAtMost } from './measure.ts';

const jobs = 2;
const tables = 4;
const mebibyte = 1_048_576;
/** On disk, with its index. */
const bytesPerRow = 260;

export async function postgresRestore(bench: Bench): Promise<readonly Row[]> {
  const wanted = bench.quick ? 64 : 1_024;
  if (locate('postgres') === undefined) return [row(wanted, 'not on this machine: apt-get install postgresql')];
  const server = await startPostgres();
  try {
    const mib = fill(server, (wanted * mebibyte) / bytesPerRow / tables);
    return [measured(bench, server, mib)];
  } finally {
    await server.stop();
  }
}

/** Makes the dump, and a small database in the place of the one that is restored; how large it is, in MiB. */
function fill({ sql, run, folder }: Postgres, rows: number): number {
  sql('postgres', 'CREATE DATABASE shop');
  for (let n = 1; n <= tables; n += 1) {
    const note = Array.from({ length: 6 }, (_, part) => `md5((g * ${part + n})::text)`).join(' || ');
    sql(
      'shop',
      `CREATE TABLE t${n} AS SELECT g::int AS id, ${note} AS note FROM generate_series(1, ${Math.round(rows)}) g`,
    );
    sql('shop', `ALTER TABLE t${n} ADD PRIMARY KEY (id)`);
  }
  const size = Number(sql('postgres', "SELECT pg_database_size('shop')")) / mebibyte;
  run('pg_dump', ['-Fc', '-Z1', '-f', join(folder, 'shop.dump'), 'shop']);
  sql('postgres', 'DROP DATABASE shop');
  sql('postgres', 'CREATE DATABASE shop');
  return size;
}

function measured(bench: Bench, server: Postgres, mib: number): Row {
  const { scratch } = bench;
  const taken = inTurn(
    [
      { name: 'backout', once: () => timed(scratch, server, byBackout(scratch, server)) },
      { name: 'hand', once: () => timed(scratch, server, byHand(server)) },
    ],
    bench.limits(3),
  );
  const ours = values(taken, 'backout', 'ms');
  const theirs = values(taken, 'hand', 'ms');
  return { ...row(mib), ours: median(ours), theirs: median(theirs), ratio: ratioOf(ours, theirs) };
}

/** What the round before has left is removed first, and written to disk. */
function timed(scratch: Scratch, { sql }: Postgres, call: Call): { readonly ms: number } {
  const left = sql(
    'postgres',
    "SELECT quote_ident(datname) FROM pg_database WHERE datname LIKE 'shop_%' OR datname = 'restored'",
  );
  for (const name of left.split('\n').filter((line) => line !== '')) sql('postgres', `DROP DATABASE ${name}`);
  sql('postgres', 'CHECKPOINT');
  const { ms } = time(scratch, call);
  return { ms };
}

function byBackout(scratch: Scratch, { folder, env }: Postgres): Call {
  const file = join(folder, 'restore.yaml');
  const given = { database: 'shop', archive: join(folder, 'shop.dump'), jobs, analyze: false };
  const step = { id: 'restore-db', uses: 'postgres/restore', with: given };
  writeFileSync(file, JSON.stringify({ name: 'bench-postgres', phases: { restore: [step] } }));
  const call = backout(scratch, ['run', file, '--yes']);
  return { ...call, env: { ...call.env, ...env } };
}

function byHand({ folder, env }: Postgres): Call {
  const typed = `createdb -T template0 restored && pg_restore -j ${jobs} -d restored "$1"`;
  return { argv: ['sh', '-c', typed, 'sh', join(folder, 'shop.dump')], env };
}

function row(mib: number, note?: string): Row {
  return {
    measure: 'postgres-restore',
    work: `a PostgreSQL database of ${Math.round(mib)} MiB restored`,
    against: `createdb and pg_restore -j ${jobs}`,
    ours: null,
    theirs: null,
    unit: 'ms',
    ratio: null,
    target: ratioAtMost(1.05),
    ...(note === undefined ? {} : { note }),
  };
}
