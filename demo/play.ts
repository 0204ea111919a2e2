/** One of the playbooks on its scene: real servers, a change that fails, the backout, and what holds afterwards. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install, locate } from '../tools/test-servers.mjs';
import { backout } from './backout.ts';
import { BrokenClaim, claim, quote, say, section, tell } from './narrator.ts';
import { type Closers, openScene, type Scene, type Stage } from './scenes/scene.ts';

const scenes = fileURLToPath(new URL('./scenes/', import.meta.url));

export const sceneNames: readonly string[] = readdirSync(scenes, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

export const playbookOf = (name: string): string =>
  fileURLToPath(new URL(`../playbooks/${name}/playbook.yaml`, import.meta.url));

export async function loadScene(name: string): Promise<Scene> {
  return ((await import(`./scenes/${name}/scene.ts`)) as { readonly scene: Scene }).scene;
}

/** Plays it in `folder`; `closing` gets what must be ended afterwards. */
export async function play(name: string, folder: string, closing: Closers): Promise<void> {
  const scene = await loadScene(name);
  install();
  const missing = scene.programs.filter((program) => locate(program) === undefined);
  if (missing.length > 0) throw new BrokenClaim(`what the scene needs is installed (missing: ${missing.join(', ')})`);
  section(scene.title);
  mkdirSync(join(folder, 'scene'));
  const stage = await openScene(scene, join(folder, 'scene'));
  closing.add(() => stage.close());
  for (const sentence of stage.story) tell(sentence);

  section('The change');
  for (const sentence of await stage.goWrong()) tell(sentence);
  claim(!(await isBack(stage)), 'the system is damaged');

  section('The backout');
  const home = join(folder, 'home');
  const places = join(folder, 'places.json');
  writeFileSync(places, JSON.stringify(stage.params, null, 2));
  const ran = await backout(home, stage.env, 'run', playbookOf(name), '--yes', '--params-file', places);
  claim(ran.code === 0, 'the backout has succeeded (exit code 0)');

  section('Is everything back?');
  for (const { what, holds } of await stage.back()) claim(holds, what);

  section('What the Service Desk has heard');
  for (const mail of stage.desk.mailbox) quote(`To: ${mail.to.join(', ')}\nSubject: ${mail.headers.get('subject')}`);

  section('The evidence');
  const [run = ''] = readdirSync(join(home, 'runs'));
  const audit = await backout(home, {}, 'audit', 'verify', run);
  quote(audit.stdout);
  claim(audit.code === 0 && /^intact and closed/i.test(audit.stdout), 'the journal is intact and closed');
  say('');
}

async function isBack(stage: Stage): Promise<boolean> {
  return (await stage.back()).every(({ holds }) => holds);
}
