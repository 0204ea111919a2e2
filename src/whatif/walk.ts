/**
 * Walks imagined runs to their end, and remembers the moments on the way: a failure is walked from the moment before its
 * step begins (the way there is shared), and where the rest would go as another run's has gone, only later, that run's
 * rest is taken instead of walked.
 */
import { closing } from '../engine/ending.ts';
import { type Context, stepState } from '../engine/state.ts';
import type { FailureKind } from './failure.ts';
import { areAlike, isSettled, lookOf, maySettle } from './likeness.ts';
import { type Asked, type Scene, World } from './world.ts';

export type Failures = ReadonlyMap<string, FailureKind>;

/** How an imagined run came out. */
export interface Outcome {
  readonly context: Context;
  /** Milliseconds from its begin. */
  readonly elapsed: number;
  readonly asked: readonly Asked[];
  readonly engineDied: boolean;
}

export interface Walk {
  readonly failures: Failures;
  readonly outcome: Outcome;
  /** The moment before each step first began, by its id, in the order in which they began. */
  readonly begins: ReadonlyMap<string, World>;
  /** Moments by their look: where another run may join this one. */
  readonly moments: ReadonlyMap<string, readonly World[]>;
}

/** The run of the plan in which nothing goes wrong. */
export function walkWhole(scene: Scene): Walk {
  return walkFrom(new World(scene, new Map()), new Map());
}

/** Goes on from `from` with `failures` to come, and remembers the way. */
export function walkFrom(from: World, failures: Failures): Walk {
  const begins = new Map<string, World>();
  const moments = new Map<string, World[]>();
  const world = from.fork(failures);
  let before = world.fork(failures);
  for (let going = setOut(world); going; going = world.advance()) {
    for (const id of world.begun) if (!begins.has(id)) begins.set(id, before);
    before = world.fork(failures);
    if (maySettle(world, failures)) remember(moments, before);
  }
  return { failures, outcome: outcomeOf(world), begins, moments };
}

/** The outcome alone; joins `main` where it can. */
export function outcomeFrom(from: World, failures: Failures, main: Walk): Outcome {
  const world = from.fork(failures);
  for (let going = setOut(world); going; going = world.advance()) {
    const like = maySettle(world, failures) ? momentLike(world, main) : undefined;
    if (like !== undefined) return joined(world, like, main.outcome);
  }
  return outcomeOf(world);
}

function remember(moments: Map<string, World[]>, moment: World): void {
  const look = lookOf(moment);
  const others = moments.get(look);
  if (others === undefined) moments.set(look, [moment]);
  else others.push(moment);
}

function momentLike(world: World, { moments }: Walk): World | undefined {
  return moments.get(lookOf(world))?.findLast((moment) => areAlike(moment, world));
}

function setOut(world: World): boolean {
  if (world.engines > 0) return world.advance();
  world.begin();
  return true;
}

function outcomeOf(world: World): Outcome {
  const { state, now, asked, died } = world;
  return { context: state.context, elapsed: now, asked, engineDied: died.size > 0 };
}

/** What is settled in `world` stays; the rest comes out as in the run that it joins at `like`. */
function joined(world: World, like: World, main: Outcome): Outcome {
  const here = world.state.context;
  const steps = main.context.steps.copy();
  for (const id of main.context.index.keys()) {
    const [before, there] = [stepState(here, id), stepState(main.context, id)];
    if (before === there || !isSettled(here, id)) continue;
    const { passedAt, restoresBefore } = there;
    steps.put(id, { ...before, passedAt, restoresBefore });
  }
  const context = { ...main.context, steps };
  const { end, exitCode } = context.end === null ? context : closing(context);
  const since = main.asked.slice(like.asked.length);
  const asked = since.filter(({ step }) => !world.asked.some((known) => known.step === step));
  return {
    context: { ...context, end, exitCode },
    elapsed: main.elapsed + (world.now - like.now),
    asked: [...world.asked, ...asked],
    engineDied: world.died.size > 0 || main.engineDied,
  };
}
