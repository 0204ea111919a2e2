/** Releases of the scene: made of a source, taken to hosts by the deploy program, and what it says of a halted one. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./deploy.sh', import.meta.url));

export interface Deployed {
  readonly code: number;
  readonly said: string;
}

export class Rollout {
  readonly halted: string;
  readonly #builds: string;
  readonly #sshConfig: () => string;

  constructor(folder: string, sshConfig: () => string) {
    this.halted = join(folder, 'halted');
    this.#builds = join(folder, 'builds');
    this.#sshConfig = sshConfig;
  }

  /** Resolves with its folder. */
  build(name: string, source: 'good' | 'bad'): string {
    const folder = join(this.#builds, name);
    mkdirSync(folder, { recursive: true });
    copyFileSync(fileURLToPath(new URL(`./releases/${source}.ts`, import.meta.url)), join(folder, 'app.mts'));
    return folder;
  }

  /** Beside this process, in which the mail server lives. */
  deploy(host: string, release: string, ...more: readonly '--ask'[]): Promise<Deployed> {
    const env = { ...process.env, BUILDS: this.#builds, HALTED: this.halted, SSH_CONFIG: this.#sshConfig() };
    return new Promise((resolve) => {
      execFile('sh', [program, host, release, ...more], { env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), said: `${stdout}${stderr}`.trim() }),
      );
    });
  }
}
