/**
 * route.mjs ROUTES SERVICE PLACE CONFIG URL: makes nginx send SERVICE's users to PLACE: the link ROUTES/SERVICE.conf is
 * pointed at SERVICE.PLACE, nginx tests its configuration and reloads it, and URL has to show it (X-Served-From: PLACE).
 * What nginx refuses is taken back.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

const [routes, service, place, config, url] = process.argv.slice(2);
const link = join(routes, `${service}.conf`);
const answersNeeded = 3;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function point(target) {
  rmSync(`${link}.new`, { force: true });
  symlinkSync(target, `${link}.new`);
  renameSync(`${link}.new`, link);
}

/** Where Debian has it; a plain user's PATH leaves that folder out. */
const env = { ...process.env, PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin` };

function nginx(...args) {
  const { status, stderr, error } = spawnSync('nginx', ['-c', config, ...args], { encoding: 'utf8', env });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

const wanted = `${service}.${place}`;
if (!existsSync(join(routes, wanted))) fail(`There is no ${join(routes, wanted)}.`);
const before = readlinkSync(link);
point(wanted);
const refused = nginx('-t');
if (refused !== undefined) {
  point(before);
  fail(`nginx refuses ${wanted}; ${link} is ${before} as before.\n${refused}`);
}
const stuck = nginx('-s', 'reload');
if (stuck !== undefined) fail(`nginx was not reloaded: ${stuck}`);

// Old workers and new ones both answer for a while.
let [inRow, seen] = [0, ''];
const deadline = Date.now() + 10_000;
while (inRow < answersNeeded && Date.now() < deadline) {
  const answer = await fetch(url, { headers: { connection: 'close' } }).catch((error) => error);
  seen = answer instanceof Error ? answer.message : `X-Served-From: ${answer.headers.get('x-served-from')}`;
  inRow = seen === `X-Served-From: ${place}` ? inRow + 1 : 0;
  await pause(50);
}
if (inRow < answersNeeded) fail(`${url} is not served from ${place}: ${seen}`);
console.log(`${service} is served from ${place}`);
