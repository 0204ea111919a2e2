/** Which release to go to. Pure: what stands there and what was recorded are given. */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { Obstacle } from '../../support/programs.ts';
import type { Order } from './input.ts';
import type { Layout, Release } from './layout.ts';
import type { ReleaseRecord } from './record.ts';

export interface Choice {
  readonly from: string | null;
  readonly to: string;
  /** This step has chosen before: nothing is to be recorded. */
  readonly recorded: boolean;
  /** Where it is not plain why it is this one. */
  readonly note: string | null;
}

export interface Ground {
  readonly order: Order;
  readonly layout: Layout;
  readonly record: ReleaseRecord | null;
  /** Of this run, the same for all attempts. */
  readonly step: string;
}

const refuse = (reason: string, remedy: string) => err<Obstacle>({ reason, remedy });

export function choose(ground: Ground): Result<Choice, Obstacle> {
  const { order, layout, record, step } = ground;
  const own = record !== null && record.step === step ? record : null;
  const now = layout.current?.release ?? null;
  if (order.to !== 'previous') return named(ground, own);
  if (own === null) return previous(ground);
  if (now === own.to || now === own.from) return fit(ground, { ...own, recorded: true, note: null });
  return refuse(
    `${order.link} points at ${now}, although this step decided to go from ${own.from} to ${own.to}: somebody has deployed since`,
    `Halt the deploy tool, then name the release to go back to as \`to\`.`,
  );
}

function named(ground: Ground, own: ReleaseRecord | null): Result<Choice, Obstacle> {
  const { order, layout } = ground;
  const recorded = own?.to === order.to;
  const from = recorded ? own.from : (layout.current?.release ?? null);
  return fit(ground, { from, to: order.to, recorded, note: null });
}

function previous(ground: Ground): Result<Choice, Obstacle> {
  const { order, layout, record } = ground;
  const now = layout.current?.release;
  if (now === undefined) {
    return refuse(`${order.link} is not there, so nothing is previous to it`, 'Name the release to go to as `to`.');
  }
  if (record !== null && now === record.to && record.from !== now) {
    const note = `it was gone back to from ${record.from} at ${record.at}; to go further back, name the release as \`to\``;
    return fit(ground, { from: record.from, to: now, recorded: false, note });
  }
  const at = layout.releases.findIndex(({ name }) => name === now);
  if (at < 0) return refuse(`The current release ${now} is gone from ${order.releases}`, 'Name a release as `to`.');
  const older = layout.releases.slice(0, at).map((release) => ({ ...release, unfit: whyNot(release, record) }));
  const best = older.findLast(({ unfit }) => unfit === null);
  const skipped = older.slice(best === undefined ? 0 : older.indexOf(best) + 1);
  const said = skipped.map(({ name, unfit }) => `${name} is passed over: ${unfit}`).join('; ');
  if (best !== undefined) {
    return ok({ from: now, to: best.name, recorded: false, note: said === '' ? null : said });
  }
  const why = said === '' ? `${order.releases} holds none that is older` : said;
  return refuse(`There is no release before ${now} to go back to: ${why}`, 'Bring one back, or name it as `to`.');
}

function whyNot({ name, unfit }: Release, record: ReleaseRecord | null): string | null {
  return unfit ?? (record?.left.includes(name) === true ? 'it was backed out of before' : null);
}

function fit({ order, layout }: Ground, choice: Choice): Result<Choice, Obstacle> {
  const release = layout.releases.find(({ name }) => name === choice.to);
  if (release === undefined) {
    const known = layout.releases.map(({ name }) => name).slice(-5);
    const there = known.length === 0 ? 'none is' : `the newest are ${known.join(', ')}`;
    return refuse(`There is no release ${choice.to} in ${order.releases}: ${there}`, 'Correct `to`.');
  }
  // What the deploy tool's log knows matters for guessing only; a name that somebody wrote is no guess.
  if (release.unfit === null || release.unfit.startsWith('revisions.log')) return ok(choice);
  return refuse(`Release ${choice.to} must not be gone back to: ${release.unfit}`, 'Name another, or mend this one.');
}
