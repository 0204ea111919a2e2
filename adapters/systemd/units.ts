/** Units as systemd shows them: `systemctl show`, which changes nothing. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { type Trouble, trouble } from '../support/access.ts';
import { call, wordsOf } from '../support/call.ts';
import { texts } from '../support/fields.ts';
import { firstLine } from '../support/reason.ts';

const name = z
  .string()
  .check(
    z.regex(/^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*$/, 'not the name of a unit, e.g. shop.service'),
    z.maxLength(255),
  );
const whole = z.pipe(
  name,
  z.transform((value) => (/\.[a-z]+$/.test(value) ? value : `${value}.service`)),
);

/** The fields that say which units, and how systemd is asked. */
export const unitFields = (what: string) => ({
  unit: z
    .pipe(
      z.union([whole, z.array(whole).check(z.minLength(1))]),
      z.transform((value): readonly string[] => (typeof value === 'string' ? [value] : value)),
    )
    .check(z.describe(what)),
  scope: z._default(
    z.enum(['system', 'user']).check(z.describe("system (default), or user: the user's own systemd.")),
    'system',
  ),
  systemctl: z._default(
    texts('How systemctl is called: a list of words, e.g. [sudo, -n, systemctl]. Default: systemctl.'),
    ['systemctl'],
  ),
});

export interface Asked {
  readonly unit: readonly string[];
  readonly scope: 'system' | 'user';
  readonly systemctl: readonly string[];
}

export interface Unit {
  readonly name: string;
  readonly load: string;
  /** active, reloading, inactive, failed, activating, deactivating, maintenance. */
  readonly active: string;
  readonly sub: string;
  /** enabled, disabled, static, masked … */
  readonly file: string;
  readonly result: string;
  readonly triggeredBy: readonly string[];
  readonly canStart: boolean;
  readonly canStop: boolean;
  /** Restarts that systemd did by itself since it was last started by hand; null for what is no service. */
  readonly restarts: number | null;
  /** When it became active, on the monotonic clock, in microseconds; 0: never. */
  readonly activeSince: number;
}

const properties =
  'Id,LoadState,LoadError,ActiveState,SubState,UnitFileState,Result,TriggeredBy,CanStart,CanStop,NRestarts,ActiveEnterTimestampMonotonic';
const limitMs = 15_000;

export function systemctlArgv({ systemctl, scope }: Asked, ...words: readonly string[]): readonly string[] {
  return [...systemctl, ...(scope === 'user' ? ['--user'] : []), ...words];
}

/** In the order of `units`. Those that systemd does not have are there too, with `load` `not-found`. */
export async function showUnits(
  asked: Asked,
  context: AdapterContext,
  units: readonly string[] = asked.unit,
): Promise<Result<readonly Unit[], Trouble>> {
  if (units.length === 0) return ok([]);
  const answer = await systemctl(asked, context, limitMs, 'show', `--property=${properties}`, '--', ...units);
  if (!answer.ok) return answer;
  const blocks = answer.value.trim().split(/\n\n+/);
  const shown = units.map((unit, at) => unitFrom(unit, blocks[at] ?? ''));
  if (blocks.length === units.length && shown.every(({ load, active }) => load !== '' && active !== ''))
    return ok(shown);
  return trouble(
    'systemctl show answered what is not understood',
    'systemd 230 or newer is needed.',
    answer.value.slice(0, 500),
  );
}

/** Output of a call that ended well; else its own words. */
export async function systemctl(
  asked: Asked,
  context: AdapterContext,
  withinMs: number,
  ...words: readonly string[]
): Promise<Result<string, Trouble>> {
  const argv = systemctlArgv(asked, ...words);
  const env = { ...context.env, SYSTEMD_PAGER: '', SYSTEMD_COLORS: '0', LC_ALL: 'C.UTF-8' };
  const shownArgv = argv.filter((word) => !word.startsWith('--property=') && word !== '--').join(' ');
  const called = await call(argv, { ...context, env, limitMs: withinMs });
  if (!called.ok) return trouble(`\`${shownArgv}\`: ${called.error}`, remedyFor(called.error));
  if (called.value.exitCode === 0) return ok(called.value.stdout);
  const said = wordsOf(called.value);
  const how = called.value.exitCode ?? 'a signal';
  return trouble(`\`${shownArgv}\` ended with ${how}: ${firstLine(said).replace(/\.$/, '')}`, remedyFor(said), said);
}

function remedyFor(said: string): string {
  if (/no program/.test(said)) return 'systemd is not on this machine; or say in `systemctl` how it is called.';
  if (/not been booted with systemd|connect to bus/.test(said))
    return 'systemd does not run here, or this user cannot reach it (for `scope: user`: is XDG_RUNTIME_DIR set?).';
  if (/authentication required|Access denied|not permitted|a password is required/i.test(said))
    return 'Run as a user that may do it, e.g. systemctl: [sudo, -n, systemctl].';
  return 'Remove the cause, then try again.';
}

function unitFrom(asked: string, block: string): Unit {
  const said = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const text = (key: string) => said.get(key) ?? '';
  return {
    name: asked,
    load: text('LoadState'),
    active: text('ActiveState'),
    sub: text('SubState'),
    file: text('UnitFileState'),
    result: text('Result'),
    triggeredBy: text('TriggeredBy')
      .split(' ')
      .filter((unit) => unit !== ''),
    canStart: text('CanStart') !== 'no',
    canStop: text('CanStop') !== 'no',
    restarts: /^\d+$/.test(text('NRestarts')) ? Number(text('NRestarts')) : null,
    activeSince: Number(text('ActiveEnterTimestampMonotonic')) || 0,
  };
}

/** Why systemd cannot work with a unit; undefined where it can. */
export function unusable({ name, load }: Unit): Trouble | undefined {
  if (load === 'loaded') return undefined;
  if (load === 'not-found')
    return {
      reason: `systemd has no unit ${name}`,
      remedy: 'Correct `unit`; systemctl list-unit-files shows what there is.',
    };
  if (load === 'masked')
    return {
      reason: `Unit ${name} is masked, so it cannot be started`,
      remedy: `Say systemctl unmask ${name}, when it is to run.`,
    };
  return {
    reason: `systemd could not load unit ${name} (${load})`,
    remedy: `Correct its file: systemctl status ${name}.`,
  };
}

/** `shop.service active (running)`. */
export const shown = ({ name, active, sub }: Unit): string => `${name} ${active} (${sub})`;

/** Ms since it became active. systemd's monotonic clock is this machine's, and Node's. */
export const activeForMs = ({ activeSince }: Unit): number =>
  activeSince === 0 ? 0 : Math.max(0, Number(process.hrtime.bigint() / 1_000_000n) - Math.floor(activeSince / 1_000));

export const firstTrouble = (units: readonly Unit[]): Result<null, Trouble> => {
  const found = units.map((unit) => unusable(unit)).find((one) => one !== undefined);
  return found === undefined ? ok(null) : err(found);
};
