/**
 * replication.mjs note|fence|promote FILE DATABASE: which site is the primary, the one that takes writes.
 *   note      looks at both sites and writes what it finds into FILE; fails where rows could flow by themselves, or where
 *             the old site can take no writes
 *   fence     sets the new site's database to read-only by default
 *   promote   lets the old site's database take writes again, and writes into FILE that it is the primary
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { fail, literal, site } from './psql.mjs';

const [what, file, name] = process.argv.slice(-3);
const facts = `
SELECT json_build_object('inRecovery', pg_is_in_recovery(), 'readOnly', current_setting('default_transaction_read_only')::bool,
  'subscriptions', (SELECT coalesce(json_agg(subname), '[]') FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
    WHERE d.datname = current_database() AND subenabled),
  'publications', (SELECT coalesce(json_agg(pubname), '[]') FROM pg_publication),
  'slots', (SELECT coalesce(json_agg(slot_name), '[]') FROM pg_replication_slots WHERE active))`;

const actions = { note, fence, promote };
(actions[what] ?? (() => fail(`${what} is none of note, fence, promote`)))();

function note() {
  const old = site('OLD');
  const moved = site('NEW');
  const found = { old: factsOf(old), new: moved.reaches() ? factsOf(moved) : null };
  write({ notedAt: new Date().toISOString(), database: name, found, primary: null });
  if (found.old.inRecovery) fail(`${old.where} is a standby: promote it first (pg_promote), then retry`);
  for (const [at, one] of [
    [old, found.old],
    [moved, found.new],
  ]) {
    if (one !== null && one.subscriptions.length > 0)
      fail(
        `${at.where} still subscribes, so that rows arrive by themselves: ALTER SUBSCRIPTION ${one.subscriptions.join(', ')} DISABLE, then retry`,
      );
  }
  process.stdout.write(`The new site ${wordsOf(found.new)}, the old site ${wordsOf(found.old)}; noted in ${file}\n`);
}

function fence() {
  const maintenance = site('NEW');
  maintenance.ask(`ALTER DATABASE :"name" SET default_transaction_read_only = on;`, { name });
  if (!isFenced(maintenance)) fail(`${name} at the new site was not set to read-only`);
  process.stdout.write(`${name} at the new site is read-only by default\n`);
}

function promote() {
  const old = site('OLD');
  old.ask(`SET default_transaction_read_only = off; ALTER DATABASE :"name" RESET default_transaction_read_only;`, {
    name,
  });
  const now = factsOf(old);
  if (now.inRecovery || now.readOnly)
    fail(`${old.where} ${wordsOf(now)}: see the settings of its server and of the role`);
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { database: name };
  write({ ...before, primary: 'old', since: new Date().toISOString() });
  process.stdout.write(`The old site is the primary: it ${wordsOf(now)}; noted in ${file}\n`);
}

function factsOf(database) {
  return JSON.parse(database.ask(`${facts};`));
}

function isFenced(maintenance) {
  const asked = `SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
    WHERE setrole = 0 AND datname = ${literal(name)} AND 'default_transaction_read_only=on' = ANY (setconfig);`;
  return maintenance.ask(asked) === '1';
}

function wordsOf(found) {
  if (found === null) return 'cannot be reached';
  if (found.inRecovery) return 'is a standby';
  return found.readOnly ? 'is read-only' : 'takes writes';
}

/** On disk, and whole, when it returns. */
function write(record) {
  mkdirSync(dirname(file), { recursive: true });
  const handle = openSync(`${file}.part`, 'w');
  writeFileSync(handle, `${JSON.stringify(record, null, 2)}\n`);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(`${file}.part`, file);
}
