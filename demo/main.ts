/**
 * `npm run demo -- PLAYBOOK` plays one of the other playbooks on real servers (play.ts), `npm run demo -- rehearsal` the
 * rehearsal of this one (rehearsal.ts).
 * `npm run demo`: a shop, a release that goes wrong, and the way back, all of it real and on this machine's loopback.
 * `--crash` kills the engine in the middle of the restore; `--keep` leaves everything for a look afterwards.
 * Exit code 1 when anything is not as it is claimed to be.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backout, endEngines, playbook, type Ran, stopOpenRuns } from './backout.ts';
import { claimRestoredOnce, crashAndResume } from './crash.ts';
import { interruptedExitCode, isInterrupted, listen } from './interruption.ts';
import { BrokenClaim, claim, quote, say, section, table, tell } from './narrator.ts';
import { play, sceneNames } from './play.ts';
import { rehearsal } from './rehearsal.ts';
import { Closers } from './scenes/scene.ts';
import { openServiceDesk, type ServiceDesk } from './service-desk.ts';
import { placeOrders } from './shop/stock.ts';
import { compare, snapshot } from './snapshot.ts';
import { openShop, type Shop } from './stage.ts';

const { values: options, positionals } = parseArgs({
  options: { crash: { type: 'boolean' }, keep: { type: 'boolean' } },
  allowPositionals: true,
});
const [named = 'shop-release'] = positionals;
const demos = new Map<string, (folder: string, closing: Closers) => Promise<void>>([
  ['shop-release', demo],
  ['rehearsal', rehearsal],
  ...sceneNames.map((name) => [name, (at: string, closers: Closers) => play(name, at, closers)] as const),
]);
const chosen = demos.get(named);
if (chosen === undefined) {
  console.error(`There is no demo of "${named}". There is: ${[...demos.keys()].join(', ')}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'backout-demo-'));
const home = join(folder, 'home');
const closing = new Closers();
const backupProgram = fileURLToPath(new URL('../playbooks/shop-release/scripts/backup.mjs', import.meta.url));

/** Large enough uploads, and there is time to kill an engine while they are unpacked. */
const stock = options.crash
  ? { orders: 4_900, uploads: 1_500, uploadBytes: 16_384 }
  : { orders: 4_900, uploads: 300, uploadBytes: 4_096 };

async function demo(): Promise<void> {
  section('A shop');
  const desk = await openServiceDesk();
  closing.add(() => desk.close());
  const shop = await openShop(join(folder, 'shop'), stock);
  closing.add(() => shop.close());
  tell(`A photo shop runs at ${shop.publicUrl}, with a SQLite database and ${stock.uploads} uploaded files.`);
  tell(`The Service Desk reads mail on port ${desk.port}. All of it is in ${folder}.`);

  section('A backup, as every night, and one more right before the change');
  takeBackup(shop, 'nightly');
  customersOrder(shop, 100);
  takeBackup(shop, 'before-CHG0042');
  const before = snapshot(shop.folder);

  section('The change CHG0042: release 4.2.0');
  await shop.deploy('4.2.0');
  const after = snapshot(shop.folder);
  const health = await fetch(`${shop.internalUrl}/health`);
  quote(`GET /health: ${health.status}\n${JSON.parse(await health.text()).faults.join('\n')}`);
  claim(health.status === 500, 'the release fails its health check: it has damaged data');

  section(options.crash ? 'The backout, and the engine dies in the middle' : 'The backout');
  const ran = await runPlaybook(shop, desk);
  if (ran.stdout !== '') quote(ran.stdout);
  claim(ran.code === 0, 'the backout has succeeded (exit code 0)');

  section('Is every order back?');
  const now = snapshot(shop.folder);
  table(compare({ 'before 4.2.0': before, 'after 4.2.0': after, 'after the backout': now }));
  say('');
  claim(JSON.stringify(now) === JSON.stringify(before), 'every order and every file is as it was before the change');
  claim(
    (await fetch(`${shop.publicUrl}/orders/6`)).status === 200,
    'the shop is open, and shows an order that was lost',
  );

  section('What the Service Desk has heard');
  readMailbox(desk);

  await showEvidence(shop, desk);
}

function takeBackup(shop: Shop, name: string): void {
  mkdirSync(join(folder, 'backups'), { recursive: true });
  execFileSync(process.execPath, [backupProgram, shop.folder, join(folder, 'backups', name)]);
  tell(`backups/${name}: the database, the uploads, and a manifest with rows and checksums.`);
}

function customersOrder(shop: Shop, count: number): void {
  const database = new DatabaseSync(join(shop.folder, 'shop.db'));
  placeOrders(database, stock.orders + 1, count);
  database.close();
  tell(`Customers place ${count} more orders.`);
}

function runPlaybook(shop: Shop, desk: ServiceDesk): Promise<Ran> {
  const places = join(folder, 'places.json');
  const values = {
    shop: shop.folder,
    backup: join(folder, 'backups/before-CHG0042'),
    previousBackup: join(folder, 'backups/nightly'),
    publicUrl: shop.publicUrl,
    internalUrl: shop.internalUrl,
    smtpPort: desk.port,
  };
  writeFileSync(places, JSON.stringify(values, null, 2));
  const args = ['run', playbook, '--yes', '--param', 'release=4.1.0', '--params-file', places];
  return options.crash ? crashAndResume(home, shop.folder, args) : backout(home, {}, ...args);
}

function readMailbox(desk: ServiceDesk): void {
  for (const mail of desk.mailbox) {
    quote(`To: ${mail.to.join(', ')}\nSubject: ${mail.headers.get('subject')}\n\n${mail.text}`);
    say('');
  }
  const subjects = desk.mailbox.map((mail) => mail.headers.get('subject') ?? '');
  claim(subjects.length === 2, 'it was told twice');
  claim(
    /has begun/.test(subjects[0] ?? '') && /is done/.test(subjects[1] ?? ''),
    'that it has begun, and that it is done',
  );
}

async function showEvidence(shop: Shop, desk: ServiceDesk): Promise<void> {
  section('The evidence');
  const [run = ''] = readdirSync(join(home, 'runs'));
  const journal = join(home, 'runs', run, 'journal.ndjson');
  tell(`The journal: ${journal}`);
  if (options.crash) claimRestoredOnce(shop.folder, journal);
  tell('The closing mail has named an entry of the journal: it must still be in it.');
  const head = /^Journal head: (\w+)$/m.exec(desk.mailbox.at(-1)?.text ?? '')?.[1] ?? 'none';
  const audit = await backout(home, {}, 'audit', 'verify', run, '--head', head);
  quote(audit.stdout);
  claim(audit.code === 0 && /^intact and closed/i.test(audit.stdout), 'the journal is intact and closed');
}

/** What runs goes first, then what it works on, then where all of it stands. */
async function cleanUp(): Promise<void> {
  await endEngines();
  if (isInterrupted() || process.exitCode === 1) await stopOpenRuns(home);
  await closing.close();
  if (options.keep) say(`\nKept: ${folder}\nLook at the run: BACKOUT_HOME=${home} backout status`);
  else {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    say('\nThe folder with the journal is removed again. To look at it afterwards: npm run demo -- --keep');
  }
}

listen(endEngines);
try {
  await chosen(folder, closing);
  say('\nAll of it held.');
} catch (error) {
  const reason = error instanceof BrokenClaim ? `This does not hold: ${error.message}` : error;
  if (!isInterrupted()) console.error(reason);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
const interrupted = interruptedExitCode();
if (interrupted !== undefined) process.exit(interrupted);
