/**
 * P3, P4, P8 with the real thing: the engine is killed at random moments (start-up and resume included), taken up
 * until it has ended, and whatever the moment was, every step has had its effect exactly once.
 */
import { expect, jest, test } from '@jest/globals';
import { verifyFile } from '../../src/runtime/home/verify-file.ts';
import { randomFrom, seedOf } from '../rig/random.ts';
import { Site } from '../rig/site.ts';

jest.setTimeout(600_000);

const kills = Number(process.env.BACKOUT_KILLS ?? 200);
const atOnce = 4;
/** Then a run is left to end: on a busy machine resumes are killed again and again before they get anywhere. */
const killsOfOne = 3;

const steps = ['n', 'd1', 'd2', 'r1', 'r2', 'r3', 'r4', 'h1', 'h2', 'e1', 'e2', 'a'];
const step = (id: string, ms: number, more = '') =>
  `    - { id: ${id}, run: 'sleep ${ms / 1000}; echo done >> marks/$BACKOUT_STEP'${more} }`;
const playbook = `
name: kill
phases:
  notify:
${step('n', 5)}
  disable-access:
${step('d1', 10)}
${step('d2', 5)}
  restore:
${step('r1', 30)}
${step('r2', 20, ', needs: []')}
${step('r3', 5, ', needs: [r1, r2]')}
${step('r4', 25, ', verify: { run: "test -s marks/r4" }')}
  health-checks:
${step('h1', 5)}
${step('h2', 10)}
  enable-access:
${step('e1', 15)}
${step('e2', 5)}
  announce:
${step('a', 5)}
`;

/** Ms until the kill. */
type Moment = () => number;
const never = 2 ** 30;

function newSite(): Site {
  const site = new Site(playbook);
  site.write('marks/.keep', '');
  return site;
}

/** What is to be typed next: the run is there, or it never was. */
function nextCall(site: Site): readonly string[] {
  return site.entries.length > 0 ? ['resume'] : ['run', 'playbook.yaml', '--yes'];
}

function hasEnded(site: Site): boolean {
  return site.entries.at(-1)?.event.type === 'run.ended';
}

/** `killed` is told of every engine that died of it. */
async function runToTheEnd(site: Site, moment: Moment, killed = (): void => {}): Promise<void> {
  while (!hasEnded(site)) {
    const command = site.start(nextCall(site));
    const timer = setTimeout(() => command.signal('SIGKILL'), moment());
    const { code, signal, stderr } = await command.ended;
    clearTimeout(timer);
    if (signal === 'SIGKILL') killed();
    else if (code !== 0) throw new Error(`${nextCall(site).join(' ')}: exit code ${code}: ${stderr}`);
  }
}

/** P1: what opens access started after the health checks had passed, what restores after access was closed. */
function order(site: Site): readonly string[] {
  const seen: string[] = [];
  for (const { event } of site.entries) {
    if (event.type === 'step.succeeded') seen.push(event.step);
    if (event.type === 'step.started' && event.step.startsWith('e'))
      expect(seen).toEqual(expect.arrayContaining(['h1', 'h2']));
    if (event.type === 'step.started' && event.step.startsWith('r'))
      expect(seen).toEqual(expect.arrayContaining(['d1', 'd2']));
  }
  return seen;
}

function checkEnd(site: Site): void {
  const effects = Object.fromEntries(steps.map((id) => [id, site.read('marks', id)]));
  expect(effects).toEqual(Object.fromEntries(steps.map((id) => [id, 'done\n'])));
  expect(order(site).toSorted()).toEqual(steps.toSorted());
  expect(verifyFile(site.runPath('journal.ndjson')).verdict).toBe('closed');
  expect(site.entries.at(-1)?.event).toMatchObject({ type: 'run.ended', end: 'succeeded', exitCode: 0 });
}

/** How long a run takes that nobody kills, while others run beside it: kills are spread over it, start-up included. */
async function lengthOfRun(): Promise<number> {
  const lengths = Array.from({ length: atOnce }, async () => {
    const began = performance.now();
    await runToTheEnd(newSite(), () => never);
    return performance.now() - began;
  });
  return Math.min(...(await Promise.all(lengths)));
}

test('every step has its effect exactly once, whenever the engine is killed', async () => {
  await lengthOfRun();
  const length = await lengthOfRun();
  const seed = seedOf(process.env);
  const random = randomFrom(seed);
  let killed = 0;
  let runs = 0;
  const worker = async (): Promise<void> => {
    while (killed < kills) {
      const site = newSite();
      let own = 0;
      runs += 1;
      await runToTheEnd(
        site,
        () => (own < killsOfOne ? random() * length : never),
        () => {
          own += 1;
        },
      );
      killed += own;
      checkEnd(site);
      await site.clear();
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, worker));
  } catch (error) {
    throw new Error(`with BACKOUT_SEED=${seed}, ${killed} kills of ${length.toFixed(0)} ms runs`, { cause: error });
  }
  process.stderr.write(`killed ${killed} engines of ${runs} runs (${length.toFixed(0)} ms each), seed ${seed}\n`);
});
