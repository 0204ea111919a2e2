/** The frame without what it says of steps that are left out this time: naming them would be a fault. */
import type { Json, JsonObject } from '../../kernel/json.ts';
import { asList, asMapping, without } from '../../playbook/change/written.ts';

/** `spared`: ids of restore steps that are not in the derived playbook. */
export function trimmedFrame(around: JsonObject, spared: readonly string[]): JsonObject {
  const left = new Set(spared);
  return {
    ...around,
    ...changed('phases', around, (phases) => mapped(phases, (phase) => withoutNeeds(phase, left))),
    ...changed('rehearsal', around, (rehearsal) => trimmedRehearsal(rehearsal, left)),
    ...changed('lint', around, (lint) => trimmedLint(lint, left)),
    ...changed('policy', around, softened),
  };
}

function changed(key: string, around: JsonObject, change: (value: JsonObject) => JsonObject): JsonObject {
  const value = asMapping(around[key]);
  return value === undefined ? {} : { [key]: change(value) };
}

const mapped = (mapping: JsonObject, change: (value: Json) => Json): JsonObject =>
  Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, change(value)]));

function withoutNeeds(phase: Json, left: ReadonlySet<string>): Json {
  const long = asMapping(phase);
  if (long !== undefined) return { ...long, ...changedList(long, (steps) => withoutNeeds(steps, left)) };
  return (asList(phase) ?? []).map((step) => {
    const mapping = asMapping(step);
    const needs = asList(mapping?.needs);
    if (mapping === undefined || needs === undefined) return step;
    return { ...mapping, needs: needs.filter((id) => !left.has(String(id))) };
  });
}

const changedList = (long: JsonObject, change: (steps: Json) => Json): JsonObject =>
  long.steps === undefined ? {} : { steps: change(long.steps) };

/** What a rehearsal puts in place of a step's own says nothing of a person who does it. */
export function withoutRehearsalOf(around: JsonObject, byHand: readonly string[]): JsonObject {
  if (byHand.length === 0) return around;
  const left = new Set(byHand);
  return { ...around, ...changed('rehearsal', around, (rehearsal) => trimmedRehearsal(rehearsal, left)) };
}

function trimmedRehearsal(rehearsal: JsonObject, left: ReadonlySet<string>): JsonObject {
  const names = [...left];
  const maps = ['hosts', 'with', 'env'].map((key) => changed(key, rehearsal, (value) => without(value, names)));
  const lists = ['leaveOut', 'harmless'].flatMap((key) => {
    const list = asList(rehearsal[key]);
    return list === undefined ? [] : [{ [key]: list.filter((item) => !left.has(String(asMapping(item)?.step))) }];
  });
  return Object.assign({}, rehearsal, ...maps, ...lists);
}

/** A setting for steps that are all left out is none. */
function trimmedLint(lint: JsonObject, left: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(lint).flatMap(([rule, setting]): [string, Json][] => {
      const mapping = asMapping(setting);
      const steps = asList(mapping?.steps);
      if (mapping === undefined || steps === undefined) return [[rule, setting]];
      const kept = steps.filter((id) => !left.has(String(id)));
      return kept.length === 0 ? [] : [[rule, { ...mapping, steps: kept }]];
    }),
  );
}

/** Of a plan that is made of what was really done there is no rehearsal; an emergency is not refused for that. */
function softened(policy: JsonObject): JsonObject {
  return isStrict(policy) ? { ...policy, rehearsal: 'warn' } : policy;
}

export const isStrict = (policy: JsonObject | undefined): boolean =>
  policy?.rehearsal === 'refuse' || policy?.rehearsal === 'override';
