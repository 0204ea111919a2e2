/**
 * No rehearsal reaches production: the steps that would be rehearsed against the places where the plan acts for real.
 *
 * Owns: which steps are objected to, and which nobody but a person can judge. Does not own: where a step acts
 * (places-of.ts), whether two places are one (same-place.ts), and what is true of a machine that shell text reaches by itself: for that a person answers by name.
 */
import { isAbsolute } from 'node:path';
import type { Action, PlannedStep } from '../../plan/plan.ts';
import type { AdapterPlace } from '../../ports/adapter.ts';
import { foldedPaths, foldedWords } from './folded-paths.ts';
import type { Opaque, PlacedStep } from './places-of.ts';

export interface GuardFacts {
  readonly environment: string;
  /** It is rehearsed on a machine that is none of production's. */
  readonly isElsewhere: boolean;
  /** Every step of the real plan, whether this occasion leaves it out or not. */
  readonly production: readonly PlacedStep[];
  readonly rehearsed: readonly PlacedStep[];
  readonly harmless: ReadonlySet<string>;
  /** More of production, as the playbook says it. */
  readonly more: readonly string[];
  readonly isSame: (rehearsed: AdapterPlace, real: AdapterPlace) => boolean;
}

export interface Objection {
  readonly step: string;
  readonly message: string;
  readonly remedy: string;
}

export function objections(facts: GuardFacts): readonly Objection[] {
  const real = new Map<string, RealPlace>();
  for (const { step, places } of facts.production)
    for (const place of places) if (!real.has(keyOf(place))) real.set(keyOf(place), { step: step.id, place });
  return facts.rehearsed
    .filter(({ step }) => step.condition !== false)
    .flatMap((placed) => [...sameAsReal(placed, real, facts), ...forbidden(placed, facts), ...unjudged(placed, facts)]);
}

const keyOf = ({ kind, at }: AdapterPlace): string => `${kind}\n${at}`;

interface RealPlace {
  readonly step: string;
  readonly place: AdapterPlace;
}

function sameAsReal(
  { step, places, looksOnly = false }: PlacedStep,
  real: ReadonlyMap<string, RealPlace>,
  { environment, isElsewhere, isSame, harmless }: GuardFacts,
): readonly Objection[] {
  if (looksOnly && harmless.has(step.id)) return [];
  const looks = looksOnly
    ? ` Or, as it only looks, say why it may look there: rehearsal: { harmless: [{ step: ${step.id}, reason: … }] }`
    : '';
  return places.flatMap((place) => {
    // Here is elsewhere for production, where it is rehearsed on a machine of its own.
    const known = [...real.values()].filter((other) => !(other.place.isHere && isElsewhere));
    const other =
      known.find((each) => keyOf(each.place) === keyOf(place)) ?? known.find((each) => isSame(place, each.place));
    if (other === undefined) return [];
    const machine = place.isHere
      ? ' Or, where rehearsals are run on a machine of their own, name it: rehearsal.machine.'
      : '';
    return [
      {
        step: step.id,
        message: `step ${step.id} would be rehearsed on the ${place.kind} ${place.at}, ${whose(step.id, place, other)}`,
        remedy: `${elsewhere(step, environment)}${machine}${looks}`,
      },
    ];
  });
}

function elsewhere({ place }: PlannedStep, environment: string): string {
  return place === 'updates'
    ? `Name the one of ${environment} in rehearsal.communication.`
    : `Name the one of ${environment} in rehearsal.parameters, .with or .hosts, or leave the step out (rehearsal.leaveOut).`;
}

function whose(step: string, place: AdapterPlace, other: RealPlace): string {
  const who = other.step === step ? 'it' : other.step;
  if (keyOf(place) === keyOf(other.place)) return `which ${who === 'it' ? 'is what it' : who} has in production`;
  const how =
    hasFiles(place) && hasFiles(other.place) ? 'which leads to, holds or lies in' : 'which is the same machine as';
  return `${how} the ${other.place.kind} ${other.place.at} that ${who} has in production`;
}

const hasFiles = ({ file, server }: AdapterPlace): boolean =>
  file !== undefined || server === undefined || server.path !== undefined;

/** Also shell text is looked through for what production is called. */
function forbidden(
  { step, places, opaque }: PlacedStep,
  { more, production, isElsewhere }: GuardFacts,
): readonly Objection[] {
  const written = [...places.map(({ at }) => at), ...wordsOf(step), ...opaque.map(({ values }) => values)].join('\n');
  const text = written.toLowerCase();
  const paths = isElsewhere || !more.some((name) => isAbsolute(name)) ? '' : foldedPaths(written).toLowerCase();
  const hosts = production.flatMap((placed) => placed.places.filter(({ kind }) => kind === 'host').map(({ at }) => at));
  const named = [...new Set([...more, ...hosts])].filter(
    (name) =>
      holdsWord(text, name.toLowerCase().replace(/(?<=.)\.$/, '')) ||
      (isAbsolute(name) && holdsWord(paths, foldedPaths(name).toLowerCase())),
  );
  return named.map((name) => ({
    step: step.id,
    message: `step ${step.id} would be rehearsed with "${name}" in it, which is production's`,
    remedy: 'Replace it in rehearsal.parameters, .with or .env, or leave the step out (rehearsal.leaveOut).',
  }));
}

/** A dot behind which no name goes on ends a sentence, or the name. */
function holdsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before, after] = [text[at - 1] ?? ' ', text.slice(at + word.length, at + word.length + 2)];
    if (!/[\p{L}\p{N}.-]/u.test(before) && !/^(?:[\p{L}\p{N}-]|\.[\p{L}\p{N}])/u.test(after)) return true;
  }
  return false;
}

/** Shell text that is another one than in production was replaced by somebody; the same text says nothing. */
function unjudged(
  placed: PlacedStep,
  { environment, production, harmless, isElsewhere }: GuardFacts,
): readonly Objection[] {
  const { step, opaque } = placed;
  const same = isElsewhere ? isWrittenSame : isSame;
  if (opaque.length === 0 || harmless.has(step.id)) return [];
  const real = production.find((other) => other.step.id === step.id);
  // What only a rehearsal does (its cleanup) was written for it.
  const alike = opaque.filter((one) => real?.opaque.some((other) => same(one, other)) === true);
  if (alike.length === 0) return [];
  return [
    {
      step: step.id,
      message: `step ${step.id} does the same in the rehearsal as in production, and nothing tells where: ${shown(alike[0]?.action)}`,
      remedy:
        step.place === 'updates'
          ? elsewhere(step, environment)
          : `Replace what it is given (rehearsal.parameters, .env), leave it out (rehearsal.leaveOut), or look at it and say why it does not reach production: rehearsal: { harmless: [{ step: ${step.id}, reason: … }] }`,
    },
  ];
}

/** Another spelling of a path is no other place. */
const isSame = (one: Opaque, other: Opaque): boolean =>
  isWrittenSame(one, other) || JSON.stringify(one, foldedFrom(one)) === JSON.stringify(other, foldedFrom(other));

const isWrittenSame = (one: Opaque, other: Opaque): boolean => JSON.stringify(one) === JSON.stringify(other);

const foldedFrom =
  ({ folder }: Opaque) =>
  (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? foldedWords(value, folder) : value;

function shown(action: Action | undefined): string {
  const text = action?.kind === 'shell' ? action.source : action?.kind === 'script' ? action.file : '';
  const line = text.trim().split('\n')[0] ?? '';
  return line === '' ? (action?.kind ?? '') : line.slice(0, 80);
}

function wordsOf({ action, verify }: PlannedStep): readonly string[] {
  return [action, verify?.action].flatMap((each) => (each === undefined ? [] : textsOf(each)));
}

function textsOf(action: Action): readonly string[] {
  if (action.kind === 'manual') return [];
  const own =
    action.kind === 'shell' ? [action.source] : action.kind === 'script' ? action.args : [JSON.stringify(action.input)];
  return [...own, ...Object.values(action.env), action.stdin ?? ''];
}
