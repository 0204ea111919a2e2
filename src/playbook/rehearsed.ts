/**
 * The playbook as it is rehearsed: the same steps in the same order, with what `rehearsal` replaces replaced, what it
 * leaves out excluded, and its cleanup at both ends (announce and escalate), so that it runs however the run ends.
 *
 * Owns: the content that a rehearsal's plan is made from. Does not own: whether it reaches production (the guard).
 */
import type { Json } from '../kernel/json.ts';
import { type Path, type PlaybookContent, type StepContent, sitesOf } from './content.ts';
import type { Playbook } from './examined.ts';

type Rehearsal = NonNullable<PlaybookContent['rehearsal']>;
type Steps = readonly StepContent[];
type PhaseContent = PlaybookContent['escalate'];

/** Of a cleanup step in `escalate`: one id cannot stand twice in a plan. */
export const atBadEnd = (id: string): string => `${id}-at-bad-end`;

export function rehearsedPlaybook({ content: whole, document }: Playbook, rehearsal: Rehearsal): Playbook {
  const content = { ...whole, ...rehearsedUpdates(whole, rehearsal) };
  const cleanup = (rehearsal.cleanup ?? []).map(ownId);
  const replaced = eachPhase(content, rehearsal);
  const phases = { ...replaced.phases, announce: withMore(replaced.phases?.announce, cleanup) };
  const escalate = withMore(replaced.escalate, cleanup.map(renamed));
  const secrets = { ...content.secrets, ...rehearsal.secrets };
  const rehearsed = { ...content, ...reasonToStayOpen(whole, rehearsal), secrets, phases, escalate };
  const lengths = { announce: stepsIn(content.phases?.announce), escalate: stepsIn(content.escalate) };
  // Content is data that the schema has accepted.
  const data = rehearsed as unknown as Json;
  const from = (path: Path): Path => origin(path, rehearsal, rehearsed, lengths);
  return { content: rehearsed, document: document.rearranged(data, from) };
}

/** That closing is not rehearsed has its reason already (P1). */
function reasonToStayOpen(content: PlaybookContent, { leaveOut = [] }: Rehearsal) {
  const closing = sitesOf(content, 'disable-access');
  const reasons = leaveOut.filter(({ step }) => closing.some(({ id }) => id === step));
  const always = closing.find(({ id, step }) => step.if === undefined && !reasons.some((left) => left.step === id));
  if (reasons.length === 0 || always !== undefined) return {};
  const said = reasons.map(({ step, reason }) => `${step}: ${reason}`).join('; ');
  return { withoutClosing: `left out of the rehearsal, ${said}` };
}

/** None but those that the rehearsal names: the real audiences hear nothing of it. */
function rehearsedUpdates(
  { communication: real }: PlaybookContent,
  { communication: there }: Rehearsal,
): Pick<PlaybookContent, 'communication'> {
  if (there === undefined) return { communication: undefined };
  const { audiences: _, alert: __, ...manner } = real ?? {};
  return { communication: { ...manner, ...there } };
}

const ownId = (step: StepContent, index: number): StepContent => ({ ...step, id: step.id ?? `cleanup-${index + 1}` });

function renamed(step: StepContent): StepContent {
  const needs = step.needs === undefined ? {} : { needs: step.needs.map(atBadEnd) };
  return { ...step, ...needs, id: atBadEnd(step.id ?? '') };
}

const isList = (phase: NonNullable<PhaseContent>): phase is Steps => Array.isArray(phase);

function listOf(phase: PhaseContent): Steps {
  if (phase === undefined || phase === null) return [];
  return isList(phase) ? phase : (phase.steps ?? []);
}

const stepsIn = (phase: PhaseContent): number => listOf(phase).length;

function withMore(phase: PhaseContent, more: Steps): PhaseContent {
  return withSteps(phase, [...listOf(phase), ...more]);
}

function withSteps(phase: PhaseContent, steps: Steps): PhaseContent {
  return phase === undefined || phase === null || isList(phase) ? steps : { ...phase, steps };
}

function eachPhase(content: PlaybookContent, rehearsal: Rehearsal): Pick<PlaybookContent, 'phases' | 'escalate'> {
  const changed = (phase: PhaseContent, place: string): PhaseContent =>
    withSteps(
      phase,
      listOf(phase).map((step, index) => changedStep(step, step.id ?? `${place}-${index + 1}`, rehearsal)),
    );
  const phases = Object.entries(content.phases ?? {}).map(([place, phase]) => [place, changed(phase, place)]);
  return { phases: Object.fromEntries(phases), escalate: changed(content.escalate, 'escalate') };
}

function changedStep(step: StepContent, id: string, rehearsal: Rehearsal): StepContent {
  const contingency = step.contingency?.map((other, index) =>
    changedStep(other, other.id ?? `${id}-contingency-${index + 1}`, rehearsal),
  );
  return { ...replacedStep(step, id, rehearsal), ...(contingency === undefined ? {} : { contingency }) };
}

function replacedStep<Step extends StepContent>(step: Step, id: string, rehearsal: Rehearsal): Step {
  const input = rehearsal.with?.[id];
  const env = rehearsal.env?.[id];
  const hosts = rehearsal.hosts?.[id];
  const isLeftOut = rehearsal.leaveOut?.some((left) => left.step === id) ?? false;
  return {
    ...step,
    ...(input === undefined ? {} : { with: { ...step.with, ...input } }),
    ...(env === undefined ? {} : { env: { ...step.env, ...env } }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(isLeftOut ? { if: false } : {}),
    // P10: who is asked to do something by hand must see it before anything else.
    ...(step.manual === undefined ? {} : { manual: `[REHEARSAL in ${rehearsal.environment}] ${step.manual}` }),
  };
}

/** Where in the file a path of the rehearsed content comes from. */
function origin(path: Path, rehearsal: Rehearsal, rehearsed: PlaybookContent, lengths: Lengths): Path {
  return (
    fromCleanup(path, lengths) ?? fromUpdates(path, rehearsal) ?? fromReplacement(path, rehearsal, rehearsed) ?? path
  );
}

interface Lengths {
  readonly announce: number;
  readonly escalate: number;
}

function fromCleanup(path: Path, lengths: Lengths): Path | undefined {
  const [place, rest] = path[0] === 'phases' ? [path[1], path.slice(2)] : [path[0], path.slice(1)];
  if (place !== 'announce' && place !== 'escalate') return undefined;
  const [index, ...inside] = rest[0] === 'steps' ? rest.slice(1) : rest;
  if (typeof index !== 'number' || index < lengths[place]) return undefined;
  return ['rehearsal', 'cleanup', index - lengths[place], ...inside];
}

function fromUpdates([key, part, ...inside]: Path, { communication }: Rehearsal): Path | undefined {
  if (key !== 'communication' || communication === undefined) return undefined;
  if (part === undefined) return ['rehearsal', key];
  return hasField(communication, part) ? ['rehearsal', key, part, ...inside] : undefined;
}

const replacedKeys = ['with', 'env', 'hosts'] as const;

function fromReplacement(path: Path, rehearsal: Rehearsal, rehearsed: PlaybookContent): Path | undefined {
  if (path[0] === 'secrets' && rehearsal.secrets?.[String(path[1])] !== undefined) return ['rehearsal', ...path];
  for (const key of replacedKeys) {
    const at = path.lastIndexOf(key);
    const id = at < 2 ? undefined : idAt(rehearsed, path.slice(0, at));
    if (id === undefined) continue;
    const inside = path.slice(at + 1);
    const given = rehearsal[key]?.[id];
    const isThere = key === 'hosts' ? given !== undefined : inside[0] !== undefined && hasField(given, inside[0]);
    if (isThere) return ['rehearsal', key, id, ...inside];
  }
  return undefined;
}

function hasField(given: unknown, field: string | number): boolean {
  return typeof given === 'object' && given !== null && Object.hasOwn(given, field);
}

/** The id of the step at a path: its own, or the one that its place gives it. */
function idAt(content: PlaybookContent, path: Path): string | undefined {
  let value: unknown = content;
  for (const segment of path)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, segment) : undefined;
  const id = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : undefined;
  return typeof id === 'string' ? id : undefined;
}
