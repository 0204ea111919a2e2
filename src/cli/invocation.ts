/** One call of the command line, parsed. */
export interface Invocation {
  /** The command's words, e.g. `audit verify`. */
  readonly command: string;
  readonly args: readonly string[];
  flag(name: string): string | undefined;
  flags(name: string): readonly string[];
  has(name: string): boolean;
}

/** The outside of a process; tests give their own. */
export interface Surface {
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd: string;
  /** Results; nothing else goes to stdout. */
  out(text: string): void;
  /** Progress and messages. */
  err(text: string): void;
}

/** Does the command and answers the exit code. */
export type CommandRun = (call: Invocation, surface: Surface) => Promise<number>;
