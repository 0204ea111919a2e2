/** Faults that the laws are shown to catch: each is one replacement in a copy of the source. */

export interface Fault {
  /** The law that catches it, by the beginning of its name. */
  readonly law: string;
  readonly says: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Of random scenarios that show it soon; others show it too, later. */
  readonly seed?: number;
}

const nothing = '';

export const faults: readonly Fault[] = [
  {
    law: 'P1',
    says: 'a step that waits for a person holds nothing up',
    file: 'src/engine/step-state.ts',
    from: "    case 'task':\n      return true;",
    to: "    case 'task':\n    case 'waiting':\n      return true;",
  },
  {
    law: 'P1',
    says: 'a pass never grows old',
    file: 'src/engine/gate.ts',
    from: 'passedAt + context.plan.validForMs < context.now',
    to: 'false',
  },
  {
    law: 'P1',
    says: 'a pass outlives a restore',
    file: 'src/engine/gate.ts',
    from: 'return restoresBefore !== context.restores;',
    to: 'return restoresBefore > context.restores;',
    seed: 20,
  },
  {
    law: 'P1',
    says: 'an opening step asks nobody once the phase was entered',
    file: 'src/engine/start.ts',
    from: "if (place === 'enable-access') return gateOpen(context);",
    to: nothing,
  },
  {
    law: 'P2 told',
    says: 'a bad end is closed without escalation',
    file: 'src/engine/machine.ts',
    from: "always: { guard: 'quiet', target: 'escalating' }",
    to: "always: { guard: 'quiet', target: 'closing' }",
  },
  {
    law: 'P2 told',
    says: 'a reopened run tells its second end to nobody',
    file: 'src/engine/decision.ts',
    from: '  tellAgain(draft);\n',
    to: nothing,
  },
  {
    law: 'P2 told',
    says: 'the run ends before it is announced',
    file: 'src/engine/place-over.ts',
    from: " && isPlaceOver(context, 'announce')",
    to: nothing,
  },
  {
    law: 'P2 told',
    says: 'a run ends as succeeded while an opening step is still to be done again',
    file: 'src/engine/machine.ts',
    from: ".slice(phases.indexOf('disable-access'), phases.indexOf(place))",
    to: '.slice(1, Math.min(4, phases.indexOf(place)))',
    seed: 8,
  },
  {
    law: 'P2 told',
    says: 'a message that did not get out in a hurry is written off',
    file: 'src/engine/failure.ts',
    from: "draft.patch(step.id, { accepted: 'owed' })",
    to: "draft.patch(step.id, { accepted: 'continue' })",
  },
  {
    law: 'P2 told',
    says: 'the next engine closes the run without sending what is owed',
    file: 'src/engine/machine.ts',
    from: "{ guard: 'calledAgain', target: 'escalating' }",
    to: "{ guard: 'calledAgain', target: 'closing' }",
  },
  {
    law: 'P2 telling',
    says: 'notify holds the next phase for a minute',
    file: 'src/engine/machine.ts',
    from: 'notifyHoldMs = 10_000',
    to: 'notifyHoldMs = 60_000',
  },
  {
    law: 'P2 telling',
    says: 'who is being told takes the room of what is to be done',
    file: 'src/engine/start.ts',
    from: 'const beside = isTelling(place) ? here : places.filter((other) => !isTelling(other)).length;',
    to: 'const beside = isTelling(place) ? here : places.length;',
  },
  {
    law: 'P2 telling',
    says: 'escalation waits for a message that hangs',
    file: 'src/engine/place-over.ts',
    from: 'isTelling(step.place) || (hurried',
    to: "step.place === 'escalate' || (hurried",
  },
  {
    law: 'P3',
    says: 'effects begin before the append',
    file: 'src/runtime/driver.ts',
    from: '    const appended = ',
    to: '    for (const command of turn.commands) this.ports.effects.perform(command, turn.state.context);\n    const appended = ',
  },
  {
    law: 'P3',
    says: 'a step does not wait for what it needs',
    file: 'src/engine/start.ts',
    from: 'step.needs.every((id) => isOver(stepState(context, id)))',
    to: 'step.needs.every((id) => context.steps.get(id) !== undefined)',
  },
  {
    law: 'P4 never',
    says: 'a rerun does not look for survivors',
    file: 'src/engine/outcome.ts',
    from: ' && event.survivors.length === 0',
    to: nothing,
  },
  {
    law: 'P4 never',
    says: 'a step is retried while its contingency lives',
    file: 'src/engine/refusal.ts',
    from: 'return refusalForContingency(context, decision);',
    to: 'return undefined;',
    seed: 19,
  },
  {
    law: 'P4 never',
    says: 'a reopened run does everything again',
    file: 'src/engine/decision.ts',
    from: "  else if (state.status === 'cancelled' ||",
    to: "  else if (state.status === 'succeeded') draft.patch(step.id, { status: 'pending' });\n  else if (state.status === 'cancelled' ||",
  },
  {
    law: 'P4 never',
    says: 'when one check has lapsed, all run again',
    file: 'src/engine/machine.ts',
    from: 'for (const id of lapsedChecks(draft.context)) {',
    to: "for (const { id } of draft.phase('health-checks').steps) {\n    if (draft.step(id).status !== 'succeeded') continue;",
  },
  {
    law: 'P5',
    says: 'the retry delay is drawn by chance',
    file: 'src/engine/retry-delay.ts',
    from: 'return (hash >>> 0) / 2 ** 32;',
    to: 'return Math.random();',
  },
  {
    law: 'P5',
    says: 'a new engine forgets the retries',
    file: 'src/engine/replay.ts',
    from: "return [{ do: 'arm', timer: `retry:${step}`, due: state.retryAt ?? 0 }];",
    to: 'return [];',
  },
  {
    law: 'P5',
    says: 'a new engine gives notify its ten seconds again',
    file: 'src/engine/replay.ts',
    from: 'due: context.notifyHold }',
    to: 'due: context.now + 10_000 }',
  },
  {
    law: 'P5',
    says: 'the order of the steps is that of an object’s keys',
    file: 'src/plan/plan.ts',
    from: '...phases.map((name) => plan.phases[name])',
    to: '...Object.values(plan.phases)',
  },
  {
    law: 'P4 a crash leaves no mark',
    says: 'a new engine does not see to what is outstanding',
    file: 'src/runtime/driver.ts',
    from: '      this.perform(commands.filter(isEffect));\n',
    to: nothing,
  },
  {
    law: 'P4 a crash leaves no mark',
    says: 'a new engine forgets that the action is done and only the verification is left',
    file: 'src/engine/replay.ts',
    from: "case 'running':\n      return [{ do: 'carry-out', step, attempt, stage }];",
    to: "case 'running':\n      return [{ do: 'carry-out', step, attempt, stage: 'action' }];",
  },
  {
    law: 'P4 a crash changes no result',
    says: 'a new engine forgives the failure',
    file: 'src/engine/absorb.ts',
    from: 'engines: engines + 1, left: false,',
    to: 'engines: engines + 1, left: false, failure: null,',
  },
  {
    law: 'P8',
    says: 'an entry does not link to the one before',
    file: 'src/journal/chain.ts',
    from: 'const prev = previous.hash;',
    to: 'const prev = seq % 7 === 3 ? origin.hash : previous.hash;',
  },
  {
    law: 'truth of the data',
    says: 'an attempt that changed nothing takes back what one before it may have done',
    file: 'src/engine/failure.ts',
    from: 'state.mayHaveTouched || !leftUntouched',
    to: '!leftUntouched',
  },
  {
    law: 'truth of the data',
    says: 'a restore whose end nobody saw has touched nothing',
    file: 'src/engine/outcome.ts',
    from: "status: 'unknown', reason, mayHaveTouched: true",
    to: "status: 'unknown', reason",
  },
  {
    law: 'every run ends',
    says: 'a contingency that is left out is waited for',
    file: 'src/engine/absorb.ts',
    from: 'if (parent !== undefined) contingencyPassed(',
    to: 'if (parent?.id === id) contingencyPassed(',
    seed: 11,
  },
  {
    law: 'every run ends',
    says: 'stale checks are not done again for a contingency that opens access',
    file: 'src/engine/machine.ts',
    from: 'some((step) => dueOf(context, step) !== undefined)',
    to: 'some((step) => dueOf(context, step) === step)',
    seed: 4,
  },
  {
    law: 'refused',
    says: 'what is not heard is appended',
    file: 'src/runtime/driver.ts',
    from: '      if (!isHeard(state, verdict.state)) continue;\n',
    to: nothing,
  },
];
