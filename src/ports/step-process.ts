/**
 * Steps as processes (DESIGN: a step is a process): started in a session of their own, known by an identity and not
 * by a pid alone, outliving the engine, their end readable from a file. Implemented in `src/runtime/process/`.
 *
 * Everything about one process lies in one folder, `dir`:
 *   claim   who runs it: pid, start time, boot id; made with O_EXCL by the process itself before the command begins
 *   status  how it ended; appears whole, or not at all
 *   stdout, stderr   its output, redacted and capped
 */

export interface ProcessSpec {
  /** Absolute; its parent exists. */
  readonly dir: string;
  /** In the process's environment as BACKOUT_ATTEMPT: every descendant that keeps its environment carries it. */
  readonly key: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment, but for BACKOUT_ATTEMPT. */
  readonly env: { readonly [name: string]: string };
  /** Given on standard input; null: /dev/null. */
  readonly stdin: string | null;
  readonly maxOutputBytes: number;
  /** Every occurrence is replaced by `***` in what is spooled (P9); made by `secretForms`. */
  readonly redact: readonly string[];
}

export interface SpoolCount {
  readonly bytes: number;
  readonly cut: number;
}

export type ProcessEnd =
  | {
      readonly kind: 'ended';
      /** Null when a signal ended it. */
      readonly exitCode: number | null;
      /** E.g. `SIGKILL`. */
      readonly signal: string | null;
      /** Ms since the epoch, by the supervisor's clock. */
      readonly startedAt: number;
      readonly endedAt: number;
      readonly stdout: SpoolCount;
      readonly stderr: SpoolCount;
    }
  /** The program could not be executed: not there, not executable, folder missing. */
  | { readonly kind: 'not-started'; readonly reason: string }
  /** Begun, gone, and left no status (killed, power cut, another boot). */
  | { readonly kind: 'lost'; readonly reason: string };

/** What the folder and the process table say of a process. */
export type Sighting =
  | { readonly kind: 'none' }
  | { readonly kind: 'living'; readonly pid: number; readonly startedAt: number }
  | { readonly kind: 'ended'; readonly end: ProcessEnd };

export interface Ending {
  /** `pid (program)` of what could not be ended: another user's, or not visible any more. Empty: all is gone. */
  readonly survivors: readonly string[];
}

export interface StepProcesses {
  /** This boot's id. */
  readonly boot: string;
  /**
   * Starts it and resolves when it has ended. Where another process already holds the claim, that one is followed
   * instead (so a resume may call this for an attempt that perhaps never began).
   */
  run(spec: ProcessSpec): Promise<ProcessEnd>;
  /** `intentBoot`: the boot in which the intent was written; under another boot a missing claim proves nothing. */
  look(dir: string, intentBoot: string): Sighting;
  /** Resolves when the living process of `dir` has ended. */
  follow(dir: string): Promise<ProcessEnd>;
  /** P6: TERM, `graceMs`, KILL, to everything of the attempt that can be seen; looked for until none is left. */
  end(dir: string, key: string, graceMs: number): Promise<Ending>;
  /** What of the attempt still lives, as `pid (program)`, without touching it. */
  living(dir: string, key: string): readonly string[];
  /** Lets go of the launcher; running steps go on. */
  close(): void;
}
