/** The restore phase of a derived playbook: the change's steps taken back in reverse, then what is the frame's own. */
import type { Change, ChangeStep } from '../../playbook/change/change.ts';
import type { Playbook } from '../../playbook/examined.ts';
import { type Fate, type fatesOf, isTakenBack, type TakenBack } from './executed.ts';
import { coveringStep, type FrameSteps, frameSteps, type Kept, neededFirst, ownStep } from './frame-steps.ts';
import { type Guard, guardStep } from './idle-cover.ts';
import { type UndoUnit, undoOrder } from './undo-order.ts';
import { askedAgain, decideStep, lookStep, undoIds, undoSteps } from './undo-steps.ts';
import { exitsOf, placedAfter, type WayStep } from './way.ts';

export interface RestorePhase {
  readonly steps: readonly WayStep[];
  /** Which steps take back which step of the change. */
  readonly undo: ReadonlyMap<string, readonly string[]>;
  /** Restore steps of the frame that are not needed this time. */
  readonly spared: readonly string[];
  /** Restore steps of the frame for which no order suits all that they cover. */
  readonly forced: readonly string[];
}

export function restorePhase(
  change: Change,
  frame: Playbook | undefined,
  fates: ReturnType<typeof fatesOf>,
  guards: ReadonlyMap<string, Guard>,
): RestorePhase {
  return new Builder(change, frame, fates, guards).build();
}

class Builder {
  readonly #change: Change;
  readonly #frame: Playbook | undefined;
  readonly #fates: ReadonlyMap<string, Fate>;
  readonly #guards: ReadonlyMap<string, Guard>;
  readonly #frameSteps: FrameSteps;
  readonly #byId: ReadonlyMap<string, ChangeStep>;
  readonly #exits = new Map<string, readonly string[]>();
  readonly #steps: WayStep[] = [];
  readonly #undo = new Map<string, readonly string[]>();

  constructor(
    change: Change,
    frame: Playbook | undefined,
    fates: ReadonlyMap<string, Fate>,
    guards: ReadonlyMap<string, Guard>,
  ) {
    this.#change = change;
    this.#frame = frame;
    this.#fates = fates;
    this.#guards = guards;
    this.#frameSteps = frameSteps(change, frame);
    this.#byId = new Map(change.steps.map((step) => [step.id, step]));
  }

  build(): RestorePhase {
    const units = undoOrder(this.#change, this.#fates);
    const covering = units.flatMap(({ key }) => (key.startsWith('frame:') ? [key.slice('frame:'.length)] : []));
    const spared = [...this.#frameSteps.all.keys()].filter((id) => !covering.includes(id) && !this.#isOwn(id));
    const left = new Set([...spared, ...this.#leftOutUndo()]);
    const kept: Kept = (id) => !left.has(id);
    const first = neededFirst(this.#frameSteps, covering);
    this.#addOwn((id) => first.has(id), kept, []);
    for (const unit of units) this.#addUnit(unit, left, kept);
    const ends = exitsOf(this.#steps.filter(({ id }) => !first.has(id)));
    this.#addOwn((id) => !first.has(id), kept, ends);
    const forced = units.flatMap((unit) => (unit.forced ? [unit.key.slice('frame:'.length)] : []));
    return { steps: this.#steps, undo: this.#undo, spared, forced };
  }

  #isOwn(id: string): boolean {
    return this.#frameSteps.own.some((site) => site.id === id);
  }

  #leftOutUndo(): readonly string[] {
    return this.#change.steps.flatMap((step) =>
      isTakenBack(this.#fates.get(step.id)) ? [] : undoIds(this.#change, step),
    );
  }

  #addUnit({ key, takesBack, after }: UndoUnit, left: ReadonlySet<string>, kept: Kept): void {
    const before = after.flatMap((other) => this.#exits.get(other) ?? []);
    const work = key.startsWith('frame:')
      ? this.#covering(key.slice('frame:'.length), takesBack, kept)
      : this.#undoing(takesBack[0] ?? '', left);
    const looks = work.length === 0 ? [] : [...this.#looks(takesBack, key), ...this.#guard(takesBack, key, kept)];
    const follow = placedAfter(work, looks.length === 0 ? before : exitsOf(looks));
    // What changes nothing is passed through.
    this.#exits.set(key, follow.length === 0 ? before : exitsOf(follow));
    this.#steps.push(...placedAfter(looks, before), ...follow);
    for (const id of takesBack)
      this.#undo.set(
        id,
        follow.map((step) => step.id),
      );
  }

  /** A restore step of the frame that was left half done is looked at once, whatever it covers. */
  #looks(takesBack: readonly string[], key: string): readonly WayStep[] {
    const looks: WayStep[] = [];
    for (const id of takesBack) looks.push(...this.#look(id, key, looks.length === 0));
    return looks;
  }

  #look(id: string, key: string, isFirst: boolean): readonly WayStep[] {
    const step = this.#byId.get(id);
    const fate = this.#fates.get(id);
    if (step === undefined || fate?.kind !== 'taken-back' || step.back.kind === 'irreversible') return [];
    const covering = key.startsWith('frame:') ? key.slice('frame:'.length) : undefined;
    const follow = covering === undefined ? undoIds(this.#change, step) : [covering];
    const half = covering === undefined ? askedAgain(this.#change, step, fate) : this.#halfCovering(covering, fate);
    if (!fate.look && (half.length === 0 || !isFirst)) return [];
    return [lookStep(this.#change, step, follow, half)];
  }

  #guard(takesBack: readonly string[], key: string, kept: Kept): readonly WayStep[] {
    const cover = key.startsWith('frame:') ? key.slice('frame:'.length) : '';
    const guard = this.#guards.get(cover);
    const site = this.#frameSteps.all.get(cover);
    if (guard === undefined || site === undefined || this.#frame === undefined) return [];
    return [guardStep(this.#frame, site, takesBack, guard, (site.step.needs ?? []).filter(kept))];
  }

  #halfCovering(id: string, { halfUndone }: TakenBack): readonly string[] {
    const step = this.#frameSteps.all.get(id)?.step;
    const asks = step?.manual === undefined && (step?.onUnknown ?? 'ask') === 'ask';
    return asks && halfUndone.includes(id) ? [id] : [];
  }

  #undoing(id: string, left: ReadonlySet<string>): readonly WayStep[] {
    const step = this.#byId.get(id);
    const fate = this.#fates.get(id);
    if (step === undefined || fate?.kind !== 'taken-back') return [];
    if (step.back.kind === 'irreversible') return [decideStep(this.#change, step, step.back.reason, fate)];
    return undoSteps(this.#change, step, fate, left);
  }

  #covering(id: string, takesBack: readonly string[], kept: Kept): readonly WayStep[] {
    const site = this.#frameSteps.all.get(id);
    return this.#frame === undefined || site === undefined ? [] : [coveringStep(this.#frame, site, takesBack, kept)];
  }

  #addOwn(chosen: (id: string) => boolean, kept: Kept, before: readonly string[]): void {
    let above: string | undefined;
    const added: WayStep[] = [];
    for (const site of this.#frameSteps.own.filter(({ id }) => chosen(id))) {
      if (this.#frame !== undefined) added.push(ownStep(this.#frame, site, above, kept));
      above = site.id;
    }
    this.#steps.push(...placedAfter(added, before));
  }
}
