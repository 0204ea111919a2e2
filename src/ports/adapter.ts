/**
 * The adapter contract (exported as `backout/adapter`). An adapter is one kind of effect on the world: one folder,
 * one `Adapter` value. It is either run as a process that outlives the engine (`command`) or performed inside the
 * engine (`perform`), which is only for short actions. `describe` says exactly what would be done; `preflight` and
 * `probe` only look.
 */
import type { $ZodType } from 'zod/v4/core';
import type { Json, JsonObject } from '../kernel/json.ts';

export interface Adapter<Input = unknown> {
  /** As a playbook's `uses:` names it, e.g. `files/restore`. */
  readonly name: string;
  /** One sentence for the reference. */
  readonly summary: string;
  /** For the reference, in whole sentences: `Tested on …`, and what that leaves out. */
  readonly tested?: string;
  /** A zod schema with descriptions; the reference docs and the JSON Schema are made from it. */
  readonly input: $ZodType<Input>;
  /** Names of input fields that may hold secrets (P9); elsewhere in the input a secret is refused. Dotted for nested. */
  readonly secretFields: readonly string[];
  /** The outputs it gives, by name, described. */
  readonly outputs: { readonly [name: string]: string };
  /** Programs it calls, e.g. `tar`. */
  readonly needs: readonly string[];
  /** Doing it again after a crash does no harm: a check, or a message whose receiver can drop the second by its key. */
  readonly repeatable: boolean;
  /** It only looks: a check. A dry run does it for real, once, and tells what it measured. */
  readonly readOnly: boolean;
  /**
   * Its process ends with `untouchedExitCode` where it failed before it had changed anything, and never otherwise: then
   * the run says that the data is untouched. Left out: a failure leaves the state of the data unknown.
   */
  readonly tellsUntouched?: boolean;
  /** Ms; used when the step names no timeout. Null: no limit. */
  readonly defaultTimeoutMs: number | null;
  /**
   * Where it acts, looks or tells, read off its input as a playbook has it (not parsed, so that a value that is not
   * known yet does no harm). Pure. A rehearsal is refused where one of them is a place of production; without it a
   * person must say that the step does not reach production.
   */
  places?(input: JsonObject, context: PlaceContext): readonly AdapterPlace[];
  /** Exactly what would be done, one line each, secrets redacted by the caller. Pure. */
  describe(input: Input): readonly string[];
  /** Read-only: can it be done? Never throws for what the world answers. */
  preflight(input: Input, context: AdapterContext): Promise<Preflight>;
  /** Read-only: is the effect in place? */
  probe?(input: Input, context: AdapterContext): Promise<Probe>;
  /**
   * Read-only, of what puts a backup back: what has been written since that was made, in a sentence; null where it cannot
   * tell. Asked before a late backout. Must end soon after `context.signal` aborts.
   */
  writtenSince?(input: Input, context: AdapterContext): Promise<string | null>;
  /** How the long-lived process is started. Exactly one of `command` and `perform` is there. */
  command?(input: Input, context: CommandContext): AdapterCommand;
  /** Does it, inside the engine. Must end soon after `context.signal` aborts. */
  perform?(input: Input, context: AdapterContext): Promise<Performed>;
}

/** By this exit code the process of an adapter with `tellsUntouched` says that it has changed nothing. */
export const untouchedExitCode = 119;
/** Somewhere that an adapter acts on, looks at or tells; two that are the same place are equal in all three. */
export interface AdapterPlace {
  /** What it is, for people: `database`, `recipient`, `path`, `web server`. */
  readonly kind: string;
  readonly at: string;
  /** It is on the machine that backout runs on: elsewhere the same words mean another place. */
  readonly isHere: boolean;
  /** Where it is a file or folder: links and folders that hold one another are then seen through. */
  readonly file?: PlaceOnDisk;
  /** Where it is reached over the network: its name is then looked up. */
  readonly server?: PlaceOnNetwork;
}

export interface PlaceOnDisk {
  /** Absolute. */
  readonly path: string;
  /** Tells two places apart that are reached by one file, such as two backends behind a socket. */
  readonly beside?: string;
}

export interface PlaceOnNetwork {
  readonly host: string;
  /** Undefined: it does not matter, or is not known. */
  readonly port: string | undefined;
  /** Tells two places apart at the same host and port. */
  readonly beside: string;
  /** Where it is a file or folder there. */
  readonly path?: string;
}

/** What a place may depend on beside the input. */
export interface PlaceContext {
  /** The playbook's folder (absolute). */
  readonly folder: string;
  readonly env: { readonly [name: string]: string };
}

export interface AdapterContext {
  /** Aborted on timeout, stop or cancel. */
  readonly signal: AbortSignal;
  /** The attempt's key: the same again when an attempt is repeated after a crash; the idempotency key of messages. */
  readonly key: string;
  /** The playbook's folder (absolute): relative paths start here. */
  readonly folder: string;
  readonly mode: 'real' | 'dry-run' | 'rehearsal';
  /** The step's environment (the engine's, less secret variables, plus the step's `env`). */
  readonly env: { readonly [name: string]: string };
}

export type CommandContext = Pick<AdapterContext, 'folder' | 'key' | 'env'>;

export interface AdapterCommand {
  readonly argv: readonly [string, ...string[]];
  readonly env?: { readonly [name: string]: string };
  readonly stdin?: string;
}

export type Preflight =
  /** `uncovered`: what could not be checked, null when everything could. */
  | { readonly ok: true; readonly checked: readonly string[]; readonly uncovered: string | null }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

export interface Probe {
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly detail: string;
}

export type Performed =
  | { readonly ok: true; readonly detail: string; readonly outputs?: { readonly [key: string]: string } }
  | {
      readonly ok: false;
      /** `check`: measured, and bad. `error`: could not be done or measured. `inconclusive`: measured, says nothing. */
      readonly class: 'check' | 'error' | 'inconclusive';
      readonly reason: string;
      readonly lastWords?: string;
      /** Of `error`: the other side refused, hung up or was too slow. A dry run does not blame the playbook for it. */
      readonly unanswered?: true;
      /** It failed before it had changed anything, so what it was to change is as it was. */
      readonly untouched?: true;
    };

/** Erases the input type, so that adapters can stand in one table; the engine parses before it calls. */
export function defineAdapter<Input>(adapter: Adapter<Input>): Adapter<Input> {
  return adapter;
}

/** What an external adapter (any executable) reads on stdin and writes on stdout: one JSON document each. */
export interface ExternalRequest {
  readonly backoutAdapter: 1;
  readonly verb: 'describe' | 'preflight' | 'probe' | 'perform';
  readonly input: JsonObject;
  readonly key: string;
  readonly mode: 'real' | 'dry-run' | 'rehearsal';
}
export type ExternalAnswer = { readonly [key: string]: Json };
