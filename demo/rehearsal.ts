/**
 * `npm run demo -- rehearsal`: two shops, production and staging. The plan is rehearsed in staging while production
 * stands untouched; then the release goes wrong in production, and the backout knows that it was rehearsed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backout, playbook, type Ran } from './backout.ts';
import { claim, quote, say, section, tell } from './narrator.ts';
import type { Closers } from './scenes/scene.ts';
import { openServiceDesk, type ServiceDesk } from './service-desk.ts';
import { snapshot } from './snapshot.ts';
import { openShop, type Shop } from './stage.ts';

const stock = { orders: 1_000, uploads: 100, uploadBytes: 4_096 };
const backupProgram = fileURLToPath(new URL('../playbooks/shop-release/scripts/backup.mjs', import.meta.url));

interface Side {
  readonly shop: Shop;
  readonly desk: ServiceDesk;
  readonly places: { readonly [name: string]: string | number };
  /** The same as a file, for `--params-file`. */
  readonly file: string;
}

/** Plays it in `folder`; `closing` gets what must be ended afterwards. */
export async function rehearsal(folder: string, closing: Closers): Promise<void> {
  const home = join(folder, 'home');
  section('Two shops: production, and one for rehearsals');
  const production = await openSide('production', folder, closing);
  const staging = await openSide('staging', folder, closing);
  tell(`Production is at ${production.shop.publicUrl}, staging at ${staging.shop.publicUrl}. Both were backed up.`);

  section('Nobody rehearses on production');
  const refused = await rehearse(home, production, production);
  claim(refused.code === 2 && !existsSync(join(home, 'runs')), 'it is refused, step by step, and nothing was run');

  section('The rehearsal: staging gets the release that goes wrong, and is backed out');
  await staging.shop.deploy('4.2.0');
  const before = snapshot(production.shop.folder);
  const rehearsed = await rehearse(home, production, staging);
  claim(rehearsed.code === 0, 'every step was done, in staging');
  claim((await releaseOf(staging)) === '4.1.0', 'staging runs the release before again');
  claim(
    JSON.stringify(snapshot(production.shop.folder)) === JSON.stringify(before) && production.desk.mailbox.length === 0,
    'production is as it was, and nobody there has heard anything',
  );
  for (const mail of staging.desk.mailbox)
    quote(`To: ${mail.to.join(', ')}\nSubject: ${mail.headers.get('subject')}\n${mail.text.split('\n')[0]}`);

  section('The evidence');
  await showEvidence(home);

  section('For real: the release goes wrong in production');
  await production.shop.deploy('4.2.0');
  const ran = await backout(home, {}, 'run', playbook, '--yes', ...real(production));
  claim(ran.code === 0 && (await releaseOf(production)) === '4.1.0', 'the backout has succeeded, as rehearsed');
  const journals = readdirSync(join(home, 'runs')).map((run) => join(home, 'runs', run, 'journal.ndjson'));
  const saysSo = journals.some((file) => /Rehearsed .{1,40} in staging: PASSED/.test(readFileSync(file, 'utf8')));
  claim(saysSo, 'its journal says when the plan was rehearsed, and how it went');
  say('');
}

async function openSide(name: string, folder: string, closing: Closers): Promise<Side> {
  const desk = await openServiceDesk();
  closing.add(() => desk.close());
  const shop = await openShop(join(folder, name), stock);
  closing.add(() => shop.close());
  const backup = join(folder, 'backups', name);
  mkdirSync(join(folder, 'backups'), { recursive: true });
  execFileSync(process.execPath, [backupProgram, shop.folder, backup]);
  const { publicUrl, internalUrl } = shop;
  const places = { shop: shop.folder, backup, previousBackup: backup, publicUrl, internalUrl, smtpPort: desk.port };
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(places, null, 2));
  return { shop, desk, places, file };
}

const real = ({ file }: Side): readonly string[] => ['--params-file', file, '--param', 'release=4.1.0'];

function rehearse(home: string, production: Side, { places }: Side): Promise<Ran> {
  const there = Object.entries(places).flatMap(([key, value]) => ['--rehearsal-param', `${key}=${value}`]);
  return backout(home, {}, 'rehearse', playbook, '--yes', ...real(production), ...there);
}

async function releaseOf({ shop }: Side): Promise<unknown> {
  return JSON.parse(await (await fetch(`${shop.internalUrl}/release`)).text()).release;
}

async function showEvidence(home: string): Promise<void> {
  const listed = await backout(home, {}, 'rehearsals', playbook);
  quote(listed.stdout);
  claim(/PASSED[\s\S]*counts until/.test(listed.stdout), 'the rehearsal has passed, and counts');
  const folder = join(home, 'evidence');
  const [file = ''] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.json$/.test(name));
  const verified = await backout(home, {}, 'rehearsals', 'verify', join(folder, file));
  quote(verified.stdout);
  claim(verified.code === 0, 'its evidence is genuine');
}
