/** An executable that stands in for a program: a script that keeps its state in a file, which the test reads and writes. */
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Double<State> {
  /** A PATH on which the double is the first of its name. */
  readonly path: string;
  readonly state: () => State;
  /** From the beginning again, but for what is given. */
  readonly reset: (changes?: Partial<State>) => void;
  readonly set: (changes: Partial<State>) => void;
}

/** The script is `NAME.mjs` beside this file; it finds its state in the file that $NAME_DOUBLE names. */
export function programDouble<State extends object>(name: string, folder: string, calm: State): Double<State> {
  const bin = join(folder, `${name}-bin`);
  const file = join(folder, `${name}.json`);
  mkdirSync(bin, { recursive: true });
  const script = fileURLToPath(new URL(`./${name}.mjs`, import.meta.url));
  const program = join(bin, name);
  const variable = `${name.toUpperCase()}_DOUBLE`;
  writeFileSync(program, `#!/bin/sh\n${variable}='${file}' exec '${process.execPath}' '${script}' "$@"\n`);
  chmodSync(program, 0o755);
  const write = (state: State) => {
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  };
  const state = (): State => JSON.parse(readFileSync(file, 'utf8'));
  write(calm);
  return {
    path: `${bin}:${process.env.PATH ?? ''}`,
    state,
    reset: (changes = {}) => write({ ...calm, ...changes }),
    set: (changes) => write({ ...state(), ...changes }),
  };
}
