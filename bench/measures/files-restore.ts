/**
 * `files/restore` of many small files, verified against a manifest, as a whole run; beside it what people type:
 * `tar -x`, then `sha256sum -c`, which neither swaps nor has anything on disk when it ends.
 *
 * Each has a new target, and none is removed before the end: ext4 without a journal passes over inodes that have been
 * freed in the last minutes, one by one, which takes several times as long as all that is to be measured here.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backout } from '../contenders.ts';
import { inTurn, ratioOf, values } from '../rounds.ts';
import { median } from '../statistics.ts';
import { type Call, type Scratch, time } from '../stopwatch.ts';
import { type Bench, type Row, ratioAtMost } from './measure.ts';

const perFolder = 100;

export function filesRestore({ scratch, quick, limits }: Bench): readonly Row[] {
  const files = quick ? 10_000 : 100_000;
  const place = join(scratch.path, 'files');
  try {
    writeBackup(place, files);
    let made = 0;
    const taken = inTurn(
      contenders.map((name) => ({
        name,
        once: () => {
          made += 1;
          const call = calls[name](scratch, place, join(place, `target-${made}`));
          execFileSync('sync', ['-f', place]);
          return { ms: time(scratch, call).ms };
        },
      })),
      limits(3),
    );
    const ours = values(taken, 'backout', 'ms');
    return (['hand', 'synced'] as const).map((name) => {
      const theirs = values(taken, name, 'ms');
      return {
        measure: 'files-restore',
        work: `files/restore, ${files.toLocaleString('en')} files of 2 KB, verified`,
        against: titles[name],
        ours: median(ours),
        theirs: median(theirs),
        unit: 'ms',
        ratio: ratioOf(ours, theirs),
        target: name === 'hand' ? ratioAtMost(1.1) : null,
      };
    });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const titles = { hand: 'tar -x, sha256sum -c', synced: 'the same, then sync -f' } as const;

type ContenderName = keyof typeof titles | 'backout';
const contenders: readonly ContenderName[] = ['hand', 'synced', 'backout'];

const byHand = 'mkdir "$1" && tar -xf "$2/backup.tar" -C "$1" && cd "$1" && sha256sum --quiet -c "$2/manifest"';
const hand = (script: string, place: string, target: string): Call => ({
  argv: ['sh', '-c', script, 'sh', target, place],
});

const calls: Readonly<Record<ContenderName, (scratch: Scratch, place: string, target: string) => Call>> = {
  backout: (scratch, place, target) => {
    const plan = join(place, 'playbook.yaml');
    const input = `{ archive: backup.tar, target: ${target}, manifest: manifest }`;
    writeFileSync(plan, `name: bench\nphases:\n  restore:\n    - { uses: files/restore, with: ${input} }\n`);
    return backout(scratch, ['run', plan, '--yes']);
  },
  hand: (_, place, target) => hand(byHand, place, target),
  synced: (_, place, target) => hand(`${byHand} && sync -f "$1"`, place, target),
};

/** A tar and its manifest, as sha256sum writes it. */
function writeBackup(place: string, files: number): void {
  const tree = join(place, 'tree');
  for (let folder = 0; folder < files / perFolder; folder += 1) {
    mkdirSync(join(tree, String(folder)), { recursive: true });
    for (let n = 0; n < perFolder; n += 1) {
      writeFileSync(join(tree, String(folder), `${n}.txt`), `file ${n} of folder ${folder}\n`.repeat(80));
    }
  }
  const shell = 'find . -type f -exec sha256sum {} + > "$1/manifest" && tar -cf "$1/backup.tar" .';
  execFileSync('sh', ['-c', shell, 'sh', place], { cwd: tree });
  rmSync(tree, { recursive: true });
}
