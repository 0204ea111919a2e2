/**
 * A playbook with the built program, on the scene that the demo shows. Owns: that nothing of it is left afterwards.
 * Does not own: the scene itself (demo/scenes).
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadScene, playbookOf } from '../../../demo/play.ts';
import { openScene, type Stage } from '../../../demo/scenes/scene.ts';
import type { RunView } from '../../../src/views/run-view.ts';
import { ensureBuilt } from '../../rig/built.ts';

const program = fileURLToPath(new URL('../../../bin/backout.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Players {
  readonly stage: Stage;
  readonly folder: string;
  /** A copy of the playbook's folder: what a test changes in it is changed there. */
  readonly playbook: string;
  /** On top of the secrets of the scene. */
  env: { readonly [name: string]: string } = {};

  private constructor(stage: Stage, folder: string, playbook: string) {
    this.stage = stage;
    this.folder = folder;
    this.playbook = playbook;
  }

  static async of(name: string): Promise<Players> {
    ensureBuilt();
    const folder = mkdtempSync(join(tmpdir(), `backout-${name}-`));
    mkdirSync(join(folder, 'scene'));
    cpSync(join(playbookOf(name), '..'), join(folder, 'playbook'), { recursive: true });
    try {
      const stage = await openScene(await loadScene(name), join(folder, 'scene'));
      writeFileSync(join(folder, 'places.json'), JSON.stringify(stage.params));
      return new Players(stage, folder, join(folder, 'playbook/playbook.yaml'));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async leave(): Promise<void> {
    try {
      await this.stage.close();
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** Changes the playbook's text; every text to be replaced must be there. */
  edit(...replacements: readonly (readonly [from: string, to: string])[]): void {
    let text = readFileSync(this.playbook, 'utf8');
    for (const [from, to] of replacements) {
      if (!text.includes(from)) throw new Error(`the playbook does not say: ${from}`);
      text = text.replaceAll(from, to);
    }
    writeFileSync(this.playbook, text);
  }

  /** Beside this process, in which the Service Desk and other receivers live. */
  backout(...args: readonly string[]): Promise<Ran> {
    const env = { ...process.env, ...this.stage.env, ...this.env, BACKOUT_HOME: join(this.folder, 'home') };
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
  }

  async run(...more: readonly string[]): Promise<Ran & { readonly view: RunView }> {
    const params = ['--params-file', join(this.folder, 'places.json')];
    const ran = await this.backout('run', this.playbook, ...params, '--json', ...more);
    if (ran.stdout === '') throw new Error(`nothing was run (exit code ${ran.code}):\n${ran.stderr}`);
    return { ...ran, view: JSON.parse(ran.stdout) as RunView };
  }

  /** The facts that do not hold. */
  async amiss(): Promise<readonly string[]> {
    return (await this.stage.back()).filter(({ holds }) => !holds).map(({ what }) => what);
  }

  get subjects(): readonly string[] {
    return this.stage.desk.mailbox.map((mail) => mail.headers.get('subject') ?? '');
  }
}
