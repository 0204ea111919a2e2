/**
 * The driver: decide, append, adopt, perform. The only place where a decision becomes an effect.
 *
 * Owns: the order of those four (P3), group commit (what becomes known together is one write), and what happens when
 * the journal's disk is full.
 * Does not own: what follows from an event (engine), how an effect is done (`Effects`), when a run is left.
 */
import { decide, type EngineState, isHeard } from '../engine/decide.ts';
import type { Command, RunEvent } from '../engine/protocol.ts';
import { outstanding } from '../engine/replay.ts';
import { isAboutUpdate } from '../engine/updates.ts';
import { Fault } from '../kernel/fault.ts';
import type { EffectCommand, Effects, Observer, Undated, Wall } from '../ports/effects.ts';
import type { AppendFailure, JournalStore } from '../ports/journal-store.ts';

export interface DriverPorts {
  readonly journal: JournalStore;
  readonly effects: Effects;
  readonly observer: Observer;
  readonly wall: Wall;
  /** Runs the work soon, so that what arrives together is decided together. */
  readonly soon: (work: () => void) => void;
  /** Trouble inside the driver's own turn: it cannot be thrown to anybody. */
  readonly broken: (error: unknown) => void;
}

interface Turn {
  readonly state: EngineState;
  readonly events: readonly RunEvent[];
  readonly commands: readonly EffectCommand[];
}

/** After this long a regular update that met a full disk is tried again; sooner with whatever else happens. */
const postponedMs = 5_000;

export class Driver {
  private readonly ports: DriverPorts;
  private current: EngineState;
  private heard: Undated[] = [];
  /** Of regular updates, heard while the disk was full. */
  private postponed: Undated[] = [];
  private scheduled = false;
  private reserveReleased = false;

  constructor(state: EngineState, ports: DriverPorts) {
    this.current = state;
    this.ports = ports;
  }

  get state(): EngineState {
    return this.current;
  }

  /** Takes note of what happened; it is decided, recorded and acted upon soon. */
  hear(...events: readonly Undated[]): void {
    this.heard.push(...events);
    if (this.scheduled) return;
    this.scheduled = true;
    this.ports.soon(() => {
      this.scheduled = false;
      this.guarded(() => this.turn());
    });
  }

  /**
   * Takes up a run that another engine left: says so in the journal (`first`), then sees to everything that the state
   * waits for. What `first` asked for is among that, so it is not done a second time.
   */
  takeUp(...first: readonly Undated[]): void {
    this.guarded(() => {
      this.heard.push(...first);
      this.record();
      const commands = outstanding(this.current);
      const following = this.immediate(commands, this.current, this.ports.wall.now());
      this.perform(commands.filter(isEffect));
      this.perform(this.record(following));
    });
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.ports.broken(error);
    }
  }

  private turn(): void {
    this.perform(this.record());
  }

  /** Decides what was heard and makes it durable (P3); gives the effects that may begin now. */
  private record(following: readonly Undated[] = []): readonly EffectCommand[] {
    const heard = [...this.postponed.splice(0), ...this.heard];
    this.heard = [];
    if (heard.length + following.length === 0) return [];
    const turn = this.decideAll(heard, following);
    if (turn.events.length === 0) return [];
    const appended = this.ports.journal.append(turn.events);
    if (!appended.ok && appended.error.full && following.length === 0 && this.isAboutUpdates(turn))
      return this.postpone(heard);
    if (!appended.ok) return this.diskRefused(appended.error, [...following, ...heard]);
    this.current = turn.state;
    this.ports.observer.recorded(appended.value, turn.state.context);
    return turn.commands;
  }

  private perform(commands: readonly EffectCommand[]): void {
    const { context } = this.current;
    for (const command of commands) this.ports.effects.perform(command, context);
  }

  /**
   * Every event with what follows from it at once (`following`: the intents of steps that are due, the closing entry),
   * in the order in which it came to be asked for.
   */
  private decideAll(heard: readonly Undated[], before: readonly Undated[]): Turn {
    const following = [...before];
    const waiting = [...heard];
    const events: RunEvent[] = [];
    const commands: EffectCommand[] = [];
    let state = this.current;
    for (;;) {
      const next = following.shift() ?? waiting.shift();
      if (next === undefined) return { state, events, commands };
      const event = { ...next, at: Math.max(this.ports.wall.now(), state.context.now) } as RunEvent;
      const verdict = decide(state, event);
      if (!isHeard(state, verdict.state)) continue;
      state = verdict.state;
      events.push(event);
      following.push(...this.immediate(verdict.commands, state, event.at));
      commands.push(...verdict.commands.filter(isEffect));
    }
  }

  private immediate(commands: readonly Command[], state: EngineState, now: number): Undated[] {
    const events: Undated[] = [];
    for (const command of commands) {
      if (command.do === 'prepare') events.push(this.ports.effects.prepare(command, state.context, now));
      else if (command.do === 'close') events.push(ended(command));
      else if (command.do === 'leave') events.push({ type: 'engine.left', reason: 'signal', owed: command.owed });
    }
    return events;
  }

  private isAboutUpdates({ events }: Turn): boolean {
    return events.every((event) => isAboutUpdate(this.current.context, event));
  }

  /** P2: a full disk that only a regular update has met ends nothing; there may be room again when a step needs it. */
  private postpone(heard: readonly Undated[]): readonly EffectCommand[] {
    this.postponed = [...heard];
    return [{ do: 'arm', timer: 'postponed', due: this.ports.wall.now() + postponedMs }];
  }

  /** No further step is started; the reserve's space records what has happened, the end, and who was told. */
  private diskRefused(failure: AppendFailure, heard: readonly Undated[]): readonly EffectCommand[] {
    if (!failure.full || this.reserveReleased) {
      throw new Fault(
        'internal',
        `the journal cannot be written: ${failure.message}`,
        'Free the disk, then: backout resume',
      );
    }
    this.reserveReleased = true;
    this.ports.journal.releaseReserve();
    const detail = `the disk of the journal is full (${failure.code}): no further step is started`;
    this.heard = [{ type: 'disk.filled', detail }, ...heard, ...this.heard];
    return this.record();
  }
}

function isEffect(command: Command): command is EffectCommand {
  return command.do !== 'prepare' && command.do !== 'close' && command.do !== 'leave';
}

function ended(command: Extract<Command, { readonly do: 'close' }>): Undated {
  const { end, exitCode, truth, exceptions } = command;
  return { type: 'run.ended', end, exitCode, truth, exceptions };
}
