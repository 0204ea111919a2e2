/** The worst moment: the engine is killed while files are being restored. Then the run is taken up again. */
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { backout, eventsOf, type Ran, startBackout } from './backout.ts';
import { claim, quote, section, tell } from './narrator.ts';

/** Runs the backout, kills it in the middle of the restore, resumes it, and returns how the resume ended. */
export async function crashAndResume(home: string, shop: string, args: readonly string[]): Promise<Ran> {
  const engine = startBackout(home, args);
  await extractionOf(shop, engine.ended);
  engine.process.kill('SIGKILL');
  const killed = await engine.ended;
  tell('The uploads were being unpacked at that moment: the engine was killed with SIGKILL.');
  claim(killed.signal === 'SIGKILL', 'the engine is gone, without a chance to tidy up');

  section('What is true now? Ask from another terminal');
  const status = await backout(home, {}, 'status');
  quote(status.stdout);
  const view = await viewOf(home);
  claim(view.engine === 'gone', 'status says that the engine is gone, and what to type');

  section('Resume');
  return backout(home, {}, 'resume', String(view.run));
}

/** P4, shown on the journal and on what the restore itself left behind. */
export function claimRestoredOnce(shop: string, journal: string): void {
  const events = eventsOf(journal);
  for (const step of ['restore-database', 'restore-uploads']) {
    const count = (type: string) => events.filter((event) => event.type === type && event.step === step).length;
    claim(
      count('step.started') === 1 && count('step.succeeded') === 1,
      `${step}: begun once, succeeded once, by the journal of both engines`,
    );
  }
  const replaced = readdirSync(shop).filter((name) => name.startsWith('.uploads.backout-old'));
  claim(replaced.length === 1, 'the uploads were swapped once: one old tree stands beside the new one');
}

/** Resolves when the new tree is being unpacked beside the old one: the middle of the restore. */
async function extractionOf(shop: string, ended: Promise<unknown>): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!readdirSync(shop).some((name) => name.startsWith('.uploads.backout-part'))) {
    claimStillRunning(over);
    await delay(2);
  }
}

function claimStillRunning(over: boolean): void {
  if (over) throw new Error('the backout ended before its restore could be interrupted');
}

interface View {
  readonly run: unknown;
  readonly engine: unknown;
}

async function viewOf(home: string): Promise<View> {
  const status = await backout(home, {}, 'status', '--json');
  return JSON.parse(status.stdout);
}
