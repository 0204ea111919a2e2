/** A real Prometheus with the history that a test gives it, scraping what a test names. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { path } from './program.ts';
import { freePort, serverFolder, startServer } from './server.ts';

export interface PrometheusOptions {
  /** By series, e.g. `errors{job="shop"}`: its points as [seconds ago, value]. */
  readonly history?: { readonly [series: string]: readonly (readonly [number, number])[] };
  /** `host:port` of what it scrapes at /metrics, twenty times a second. */
  readonly targets?: readonly string[];
  /** Asks for `prometheusUser` and `prometheusPassword`. */
  readonly locked?: true;
}

export interface Prometheus {
  readonly url: string;
  stop(): Promise<void>;
}

export const prometheusPrograms: readonly string[] = ['prometheus', 'promtool'];
export const prometheusUser = 'backout';
export const prometheusPassword = 'geheim99';
/** Of that password, at bcrypt's least cost: each request checks it. */
const passwordHash = '$2b$04$rn1yO.4ddVg.8nAz7BevL.aOPZsakTR0TiFQFAy6jnjmnSxumbi0a';

export async function startPrometheus(options: PrometheusOptions = {}): Promise<Prometheus> {
  const { folder, remove } = serverFolder('prometheus');
  const at = (name: string) => join(folder, name);
  writeFileSync(at('prometheus.yml'), configuration(options.targets ?? []));
  writeFileSync(at('web.yml'), options.locked ? `basic_auth_users: { ${prometheusUser}: '${passwordHash}' }\n` : '');
  fill(at('history.txt'), at('data'), options.history ?? {});
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const argv: [string, ...string[]] = [
    path('prometheus'),
    `--config.file=${at('prometheus.yml')}`,
    `--web.config.file=${at('web.yml')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    `--storage.tsdb.path=${at('data')}`,
  ];
  const answers = async () => [200, 401].includes((await fetch(`${url}/-/ready`)).status);
  const server = await startServer(argv, { folder, ready: answers });
  return {
    url,
    stop: async () => {
      await server.stop();
      remove();
    },
  };
}

function configuration(targets: readonly string[]): string {
  const job = { job_name: 'test', static_configs: [{ targets }] };
  return JSON.stringify({
    global: { scrape_interval: '50ms', scrape_timeout: '50ms' },
    scrape_configs: targets.length === 0 ? [] : [job],
  });
}

/** History is written as blocks before the server starts: it takes no sample older than what it has in its head. */
function fill(file: string, data: string, history: NonNullable<PrometheusOptions['history']>): void {
  const now = Date.now() / 1_000;
  const lines = Object.entries(history).flatMap(([series, points]) => [
    `# TYPE ${series.replace(/\{.*/, '')} gauge`,
    ...points
      .toSorted((a, b) => b[0] - a[0])
      .map(([ago, value]) => `${series} ${text(value)} ${(now - ago).toFixed(3)}`),
  ]);
  if (lines.length === 0) return;
  writeFileSync(file, `${lines.join('\n')}\n# EOF\n`);
  execFileSync(path('promtool'), ['tsdb', 'create-blocks-from', 'openmetrics', file, data], { stdio: 'pipe' });
}

const text = (value: number): string => (Number.isNaN(value) ? 'NaN' : String(value));
