/** The program as people start it: `bin/backout.js` over a `dist/` that is as new as the sources. */
import { execFileSync } from 'node:child_process';
import { globSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const program = join(root, 'bin/backout.js');
const bundle = join(root, 'dist/start.cjs');

let built = false;

export function ensureBuilt(): void {
  if (built) return;
  built = true;
  if (modified(bundle) >= newestSource()) return;
  execFileSync(process.execPath, [join(root, 'tools/build.mjs')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  utimesSync(bundle, new Date(), new Date());
}

function newestSource(): number {
  const sources = globSync(['{src,adapters}/**/*.{ts,pl,sh}', 'package.json', 'tools/build.mjs'], { cwd: root });
  return Math.max(...sources.map((file) => modified(join(root, file))));
}

/** 0 where there is no such file. */
function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
