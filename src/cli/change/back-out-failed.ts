/**
 * After a change that failed: takes it back as far as it went, in the process that saw it fail.
 * Owns: the exit code then. 8 where the backout ended well, its own where it did not, and 1 where it could not even
 * begin: never one that says that nothing was done. Does not own: who asked for it (`and-back-out.ts`).
 */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Result } from '../../kernel/result.ts';
import { type Home, lookAtHome } from '../../runtime/home/home.ts';
import { exit } from '../exit-codes.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { printDiagnostics } from '../lint-output.ts';
import { answerInLull, beginLull, endLull } from '../lull.ts';
import { backoutOf } from './backout-of.ts';
import { type DerivedPlaybook, deriveExecuted } from './derive-playbook.ts';
import type { ExecutedChange } from './executed-change.ts';
import { ledgerOf } from './ledger-of.ts';
import type { LoadedChange } from './load-change.ts';
import { otherBackout } from './overtaken.ts';
import { follow, runDerived } from './run-backout-of.ts';
import { tellPeople } from './tell-people.ts';
import { whatStands } from './what-stands.ts';

export interface FailedChange {
  readonly id: string;
  /** The exit code of the change's run. */
  readonly code: number;
  /** The change's document, printed together with the backout's; empty where none was asked for. */
  readonly told: string;
  readonly irreversible: 'ask' | 'refuse';
  /** As it was read before; whom to tell stands in its frame. Undefined: nobody has read it. */
  readonly loaded: LoadedChange | undefined;
  readonly load: (home: Home) => Promise<Result<ExecutedChange, readonly Diagnostic[]>>;
}

export async function backOutFailed(failed: FailedChange, call: Invocation, surface: Surface): Promise<number> {
  const { code, told } = failed;
  const backout: string[] = [];
  const escalation: string[] = [];
  const into = (documents: string[]): Surface => ({ ...surface, out: (text) => void documents.push(text) });
  const answer = (last: number): number => {
    if (!call.has('json') || told === '') return last;
    const more = { backout: documentIn(backout), escalation: documentIn(escalation), lastExitCode: last };
    surface.out(`${JSON.stringify({ ...JSON.parse(told), ...more }, null, 2)}\n`);
    return last;
  };
  if (code !== exit.failed) return answer(code);
  answerInLull((signal) => {
    surface.err(`\n${toldToEnd(failed.id, signal)}\n`);
    process.exit(answer(exit.stopped));
  });
  const last = await backOut(failed, call, into(backout), into(escalation));
  // What is told from here on is how it ended.
  beginLull();
  return answer(last);
}

const toldToEnd = (id: string, signal: NodeJS.Signals): string =>
  [
    `backout: ${signal} came before ${id}, which failed, could be taken back: IT IS NOT TAKEN BACK, and nobody is told by itself.`,
    `  Take it back: backout resume   or: backout run --change ${id}`,
  ].join('\n');

const documentIn = (texts: readonly string[]): unknown => (texts.length === 0 ? null : JSON.parse(texts.join('')));

/** `telling`: where the run goes that only tells people. */
async function backOut(failed: FailedChange, call: Invocation, surface: Surface, telling: Surface): Promise<number> {
  const { id, loaded } = failed;
  const home = lookAtHome(call.flag('home'), surface.env);
  const begins = hasBackout(home, id) ? 'its backout was begun' : 'it is now taken back';
  surface.err(`\n${id} failed: ${begins}, as --backout-on-failure asks.\n`);
  const known: { executed?: ExecutedChange } = {};
  const tell = (trouble: string) => tellPeople({ id, trouble, loaded, ...known }, unasked(call, id), telling);
  try {
    const ended = await takeBack(failed, home, known, call, surface);
    return typeof ended === 'number' ? ended : await tell(ended.trouble);
  } catch (error) {
    if (hasBackout(home, id)) throw error;
    return tell(troubleOf(error, surface));
  }
}

/** The exit code of the backout, or why it could not begin. */
async function takeBack(
  failed: FailedChange,
  home: Home,
  known: { executed?: ExecutedChange },
  call: Invocation,
  surface: Surface,
): Promise<number | { readonly trouble: string }> {
  const loaded = await failed.load(home);
  if (!loaded.ok) return refused(loaded.error, surface);
  const executed = loaded.value;
  known.executed = executed;
  const backout = backoutOf(home, executed.ledger);
  // A caller that comes a second time gets the backout that there is, taken up where its engine died.
  if (backout !== null) {
    endLull();
    return endOf(await follow(home, backout, unasked(call, failed.id), surface), executed, home, surface);
  }
  const derived = await deriveExecuted(executed, failed.irreversible);
  if (!derived.ok) return refused(derived.error, surface);
  for (const line of derived.value.said) surface.err(`${line}\n`);
  if (derived.value.nothing) return exit.takenBack;
  const code = await runOrFollow(executed, derived.value, home, unasked(call, failed.id), surface);
  return code === exit.usage
    ? { trouble: 'the backout was refused, as is said above' }
    : endOf(code, executed, home, surface);
}

/** Another call that came for the same failure may be faster: then its backout is this one's too. */
async function runOrFollow(
  executed: ExecutedChange,
  derived: DerivedPlaybook,
  home: Home,
  call: Invocation,
  surface: Surface,
): Promise<number> {
  try {
    return await runDerived(executed, derived, call, surface);
  } catch (error) {
    const other = await otherBackout(home, executed.loaded.change.id, executed.ledger, error);
    if (other === undefined) throw error;
    endLull();
    return follow(home, other, call, surface);
  }
}

function refused(faults: readonly Diagnostic[], surface: Surface): { readonly trouble: string } {
  printDiagnostics(faults, surface);
  return { trouble: faults[0]?.message ?? 'no way back can be derived' };
}

/** A backout that has begun speaks for itself, whatever became of its engine. */
function hasBackout(home: Home, id: string): boolean {
  try {
    return backoutOf(home, ledgerOf(home, id)) !== null;
  } catch {
    return false;
  }
}

function troubleOf(error: unknown, surface: Surface): string {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof Fault && error.remedy !== undefined ? `\n  ${error.remedy}` : '';
  surface.err(`backout: ${message}${remedy}\n`);
  return message;
}

/** With exceptions it has done what it could; what still stands of the change then nobody has decided to leave. */
function endOf(code: number, { loaded: { change } }: ExecutedChange, home: Home, surface: Surface): number {
  if (code !== exit.backedOut && code !== exit.exceptions) return code;
  const left = whatStands(change, ledgerOf(home, change.id));
  if (left.length === 0) return exit.takenBack;
  const stands = left.map(({ id }) => id).join(', ');
  surface.err(
    `backout: ${change.id} WAS NOT TAKEN BACK AS A WHOLE: ${stands} stands. See: backout change status ${change.id}\n`,
  );
  return exit.failed;
}

/** Whoever asked for it has said yes already, however late it has become by now; not to what others have done since. */
function unasked(call: Invocation, id: string): Invocation {
  const left = new Set(['once', 'again', 'dry-run', 'backout-on-failure']);
  const said = new Set(['yes', 'accept-window']);
  return {
    ...call,
    args: [],
    has: (name) => said.has(name) || (!left.has(name) && call.has(name)),
    flag: (name) => {
      if (name === 'once-key') return undefined;
      return name === 'reason' ? (call.flag('reason') ?? `${id} failed`) : call.flag(name);
    },
  };
}
