/** A stand-in for systemd: a `systemctl` that keeps its units in files (`systemctl.sh`), for no systemd runs in tests. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SystemdDouble {
  /** The program; its folder may stand first on a PATH. */
  readonly systemctl: string;
  /** Adds a unit, or changes one: properties as `systemctl show` has them, and what `systemctl.sh` takes beside. */
  set(unit: string, properties?: { readonly [key: string]: string }): void;
  /** `active (running)`. */
  state(unit: string): string;
  /** What was asked for, but for `show`: `stop shop.service`. */
  changes(): readonly string[];
}

const usual = {
  LoadState: 'loaded',
  ActiveState: 'active',
  SubState: 'running',
  UnitFileState: 'enabled',
  Result: 'success',
  CanStart: 'yes',
  CanStop: 'yes',
  NRestarts: '0',
  ActiveEnterTimestampMonotonic: '1000000',
};

export function systemdDouble(folder: string): SystemdDouble {
  const units = join(folder, 'units');
  mkdirSync(units, { recursive: true });
  const systemctl = join(folder, 'systemctl');
  copyFileSync(fileURLToPath(new URL('./systemctl.sh', import.meta.url)), systemctl);
  const read = (unit: string): { readonly [key: string]: string } => {
    if (!existsSync(join(units, unit))) return usual;
    const lines = readFileSync(join(units, unit), 'utf8').trim().split('\n');
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  };
  const calls = join(folder, 'calls');
  return {
    systemctl,
    set: (unit, properties = {}) => {
      const lines = Object.entries({ ...read(unit), ...properties }).map(([key, value]) => `${key}=${value}\n`);
      writeFileSync(join(units, unit), lines.join(''));
    },
    state: (unit) => `${read(unit).ActiveState} (${read(unit).SubState})`,
    changes: () =>
      existsSync(calls)
        ? readFileSync(calls, 'utf8')
            .trim()
            .split('\n')
            .filter((line) => !line.startsWith('show'))
        : [],
  };
}
