/**
 * The processes of a running nginx, as /proc shows them. `nginx -s reload` ends well although the master may refuse
 * the new configuration (a port that is taken): only new workers show that it was taken.
 */
import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { reasonOf } from '../../support/reason.ts';

export interface Workers {
  readonly master: number;
  /** They accept connections. */
  readonly serving: readonly number[];
  /** They finish what they have begun, and take nothing new. */
  readonly leaving: readonly number[];
}

export function workersOf(pidFile: string): Result<Workers, string> {
  try {
    const master = Number(readFileSync(pidFile, 'utf8').trim());
    const title = titleOf(master);
    if (!title.startsWith('nginx: master process'))
      return err(`process ${master}, which ${pidFile} names, is ${title === '' ? 'gone' : 'no nginx with workers'}`);
    const children = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ').map(Number);
    const titles = children.map((pid) => ({ pid, title: titleOf(pid) }));
    const workers = titles.filter((child) => child.title.startsWith('nginx: worker process'));
    const leaving = workers.filter((child) => child.title.includes('is shutting down')).map(({ pid }) => pid);
    return ok({ master, leaving, serving: workers.map(({ pid }) => pid).filter((pid) => !leaving.includes(pid)) });
  } catch (error) {
    return err(`${pidFile}: ${reasonOf(error)}`);
  }
}

function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** New ones serve, and none of the old ones takes anything new. */
export const renewed = (before: Workers, now: Workers): boolean =>
  now.serving.some((pid) => !before.serving.includes(pid)) && !now.serving.some((pid) => before.serving.includes(pid));

/** The workers of before that still finish what they have begun. */
export const lingering = (before: Workers, now: Workers): readonly number[] =>
  now.leaving.filter((pid) => before.serving.includes(pid) || before.leaving.includes(pid));
