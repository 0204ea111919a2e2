/** The same work, written down as each contender wants it. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scratch } from './stopwatch.ts';

export interface Work {
  readonly steps: number;
  readonly command: 'true' | 'sleep 0.2';
  /** How many run side by side; 1: one after the other. */
  readonly wide: number;
  /** One step in each of the six phases of a backout. */
  readonly sixPhases?: true;
}

const phases = ['notify', 'disable-access', 'restore', 'health-checks', 'enable-access', 'announce'];

export function playbook(scratch: Scratch, work: Work): string {
  const step = `    - { run: '${work.command}'${work.wide > 1 ? ', needs: []' : ''} }\n`;
  const plan = work.sixPhases
    ? phases.map((phase) => `  ${phase}:\n${step}`).join('')
    : `  restore:\n${step.repeat(work.steps)}`;
  const text = `name: bench\nmaxParallel: ${work.wide}\nphases:\n${plan}`;
  return written(scratch, work, 'yaml', () => text);
}

/** `sh -c` because make starts a plain word without a shell. */
export function makefile(scratch: Scratch, work: Work): string {
  return written(scratch, work, 'mk', () => {
    const names = numbers(work).map((n) => `s${n}`);
    const rules = names.map((name, index) => {
      const before = work.wide > 1 ? '' : ` ${names[index - 1] ?? ''}`;
      return `${name}:${before}\n\t@sh -c '${work.command}'\n`;
    });
    return `all: ${names.join(' ')}\n.PHONY: all ${names.join(' ')}\n${rules.join('')}`;
  });
}

export function justfile(scratch: Scratch, work: Work): string {
  return written(scratch, work, 'just', () => {
    const rules = numbers(work).map((n) => `s${n}: ${n > 1 ? `s${n - 1}` : ''}\n  @${work.command}\n`);
    return `all: s${work.steps}\n${rules.join('')}`;
  });
}

export function ansiblePlaybook(scratch: Scratch, work: Work): string {
  return written(scratch, work, 'ansible.yml', () => {
    const head = '- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n';
    return head + `    - ansible.builtin.shell: "${work.command}"\n`.repeat(work.steps);
  });
}

function numbers({ steps }: Work): readonly number[] {
  return Array.from({ length: steps }, (_, index) => index + 1);
}

function written(scratch: Scratch, work: Work, kind: string, text: () => string): string {
  const shape = work.sixPhases ? 'phases' : work.wide > 1 ? 'wide' : 'row';
  const path = join(scratch.path, `${shape}-${work.steps}.${kind}`);
  if (!existsSync(path)) writeFileSync(path, text());
  return path;
}
