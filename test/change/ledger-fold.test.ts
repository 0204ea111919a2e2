/** What a ledger says of a change, told from its entries and from what the runs that they name have done. */
import { describe, expect, test } from '@jest/globals';
import { foldLedger, type LedgerState, type RunStep } from '../../src/journal/ledger.ts';
import type { ChangeFile, LedgerEvent } from '../../src/journal/ledger-event.ts';
import { isRepetition } from '../../src/journal/ledger-repetition.ts';

type Recorded = Extract<LedgerEvent, { readonly type: 'ledger.recorded' }>;
type Runs = Readonly<Record<string, Readonly<Record<string, Partial<RunStep>>>>>;

const by = { login: 'ops', sudoUser: null, claimed: null, host: 'vm' };
const file: ChangeFile = { file: '/change.yaml', steps: { a: 'a1', b: 'b1' }, needs: { a: [], b: ['a'] }, frame: null };

function said(step: string, state: Recorded['state'], more: Partial<Recorded> = {}): Recorded {
  return { type: 'ledger.recorded', change: 'CHG1', at: 0, by, step, state, outputs: {}, source: null, ...more };
}
function struck(step: string): LedgerEvent {
  return { type: 'ledger.struck', change: 'CHG1', at: 0, by, step, reason: 'mistyped' };
}
function ran(run: string, source = file): LedgerEvent {
  return { type: 'ledger.run', change: 'CHG1', at: 0, by, run, source, params: { of: run } };
}
function tookBack(run: string, undo: Readonly<Record<string, readonly string[]>>, ...leaves: readonly string[]) {
  return { type: 'ledger.backout', change: 'CHG1', at: 0, by, run, undo, leaves } as const;
}

const stepsIn =
  (runs: Runs) =>
  (run: string): ReadonlyMap<string, RunStep> => {
    const steps = Object.entries(runs[run] ?? {});
    return new Map(steps.map(([id, it]) => [id, { progress: 'done', leftOut: false, outputs: {}, at: 0, ...it }]));
  };
/** Ten ms lie between one entry and the next. */
function fold(events: readonly LedgerEvent[], runs: Runs = {}): LedgerState {
  const timed = events.map((event, n) => ({ ...event, at: 10 * (n + 1) }));
  return foldLedger(timed, stepsIn(runs));
}
const stepOf = (state: LedgerState, id = 'a') => state.steps.get(id);

describe('what was recorded', () => {
  test('the last word counts; what a step put out is kept until it is begun anew', () => {
    const first = said('a', 'done', { outputs: { image: 'v1', port: '80' } });
    const failed = said('a', 'failed', { outputs: { image: 'v2' } });
    expect(stepOf(fold([first, failed]))).toMatchObject({ progress: 'failed', outputs: { image: 'v2', port: '80' } });
    const anew = stepOf(fold([first, said('a', 'started')]));
    expect([anew?.progress, anew?.outputs]).toEqual(['unknown', {}]);
  });

  test('what was struck out counts no more, is kept as a word, and hinders nothing said after it or of other steps', () => {
    const events = [said('a', 'done'), said('b', 'done'), struck('a')];
    const before = fold(events);
    expect(stepOf(before)).toMatchObject({ progress: 'not-begun' });
    expect(stepOf(before)?.words.map(({ state, reason }) => [state, reason])).toEqual([
      ['done', null],
      ['struck', 'mistyped'],
    ]);
    expect(stepOf(before, 'b')).toMatchObject({ progress: 'done' });
    expect(stepOf(fold([...events, said('a', 'failed')]))).toMatchObject({ progress: 'failed' });
  });

  test('a record without a file leaves the file as it was known', () => {
    expect(fold([said('a', 'done', { source: file }), said('b', 'done')])).toMatchObject({ file: '/change.yaml' });
  });
});

describe('a run that carried the change out', () => {
  test('counts for the steps that it began and that are in its file', () => {
    const runs = { r1: { a: { progress: 'not-begun' }, b: { outputs: { n: '1' } }, tell: {} } } as const;
    const state = fold([said('a', 'failed'), ran('r1')], runs);
    expect(state).toMatchObject({ run: 'r1', params: { of: 'r1' }, file: '/change.yaml' });
    expect(stepOf(state)).toMatchObject({ progress: 'failed' });
    expect(stepOf(state, 'b')).toMatchObject({ progress: 'done', outputs: { n: '1' }, settled: null });
    expect([...state.steps.keys()]).toEqual(['a', 'b']);
  });

  test('ends what an earlier backout was, as does a record', () => {
    const backed = [ran('r1'), tookBack('back', { a: ['undo-a'] })];
    expect(fold(backed).backout).toBe('back');
    expect(fold([...backed, ran('r2')]).backout).toBeNull();
    expect(fold([...backed, said('a', 'done')]).backout).toBeNull();
  });
});

describe('a step is taken back', () => {
  const undo = { a: ['undo-1', 'undo-2'] };
  test.each<[string, Runs[string], string | null, readonly string[] | undefined]>([
    ['when each of its undo steps is done', { 'undo-1': {}, 'undo-2': { at: 99 } }, 'taken-back', undefined],
    ['when one is done and one was left out', { 'undo-1': {}, 'undo-2': { leftOut: true } }, 'taken-back', undefined],
    ['not when one was never begun', { 'undo-1': {} }, null, []],
    ['not when one has failed', { 'undo-1': {}, 'undo-2': { progress: 'failed' } }, null, ['undo-2']],
    ['not when the end of one is unknown', { 'undo-1': { progress: 'unknown' }, 'undo-2': {} }, null, ['undo-1']],
    [
      'not when a person has not ended theirs, which nobody repeats unasked',
      { 'undo-1': { progress: 'unknown', byHand: true }, 'undo-2': {} },
      null,
      [],
    ],
    ['not when one was left out and one never begun', { 'undo-1': { progress: 'failed', leftOut: true } }, null, []],
    ['not when nothing of the backout was begun', {}, null, []],
  ])('%s', (_, steps, settled, half) => {
    const step = stepOf(fold([said('a', 'done'), tookBack('back', undo)], { back: steps }));
    expect(step).toMatchObject({ settled, progress: settled === null ? 'done' : 'not-begun' });
    expect(step?.halfUndone).toEqual(half);
  });

  test('and is left as it is where all its undo steps were left out, or a person decided so', () => {
    const skipped = { leftOut: true, progress: 'not-begun' } as const;
    const back = { back: { 'undo-1': skipped, 'undo-2': { ...skipped, progress: 'failed' }, other: {} } } as const;
    expect(stepOf(fold([said('a', 'done'), tookBack('back', undo)], back))).toMatchObject({ settled: 'left' });
    const event = tookBack('back', { a: [], b: [] }, 'a');
    const state = fold([said('a', 'done'), said('b', 'done'), event], back);
    expect([stepOf(state)?.settled, stepOf(state, 'b')?.settled]).toEqual(['left', 'taken-back']);
  });

  test('at the time of its last undo step; without any, of the backout; and never by a run that began nothing', () => {
    const at = (ids: readonly string[], steps: Runs[string]) =>
      stepOf(fold([said('a', 'done'), tookBack('back', { a: ids })], { back: steps }))?.words.at(-1)?.at;
    expect(at(undo.a, { 'undo-1': { at: 70 }, 'undo-2': { at: 60 } })).toBe(70);
    expect(at([], { other: { at: 70 } })).toBe(20);
    expect(at([], {})).toBe(10);
  });
});

test('what is recorded while a backout runs counts only where that had not yet taken the step back', () => {
  const state = (at: number) => {
    const events = [said('a', 'done'), tookBack('back', { a: ['undo'] }), said('a', 'failed')];
    return stepOf(fold(events, { back: { undo: { at } } }));
  };
  expect([state(25)?.progress, state(25)?.settled]).toEqual(['failed', null]);
  expect([state(35)?.progress, state(35)?.settled]).toEqual(['not-begun', 'taken-back']);
  expect(state(35)?.words.map((word) => word.state)).toEqual(['done', 'failed', 'taken-back']);
});

describe('an undo step that is half done', () => {
  const undo = { a: ['undo-1', 'undo-2'] };
  const failed = { progress: 'failed' } as const;
  const half = (...events: readonly LedgerEvent[]) => {
    const runs = { one: { 'undo-1': failed }, two: { 'undo-2': failed }, done: { 'undo-1': {} }, r2: { a: failed } };
    const state = fold([said('a', 'done'), tookBack('one', undo), ...events], runs);
    return stepOf(state)?.halfUndone;
  };

  test('stays so over what is recorded and over other backouts, until it is done or the step is begun anew', () => {
    expect(half(said('a', 'done'))).toEqual(['undo-1']);
    expect(half(said('a', 'failed'))).toEqual(['undo-1']);
    expect(half(tookBack('two', undo))).toEqual(['undo-1', 'undo-2']);
    expect(half(tookBack('one', undo))).toEqual(['undo-1']);
    expect(half(tookBack('done', undo))).toEqual([]);
    expect(half(said('a', 'started'))).toBeUndefined();
    expect(half(ran('r2'))).toBeUndefined();
  });
});

describe('recorded from files that differ', () => {
  const other = (more: Partial<ChangeFile>): ChangeFile => ({ ...file, ...more });
  const edited = other({ steps: { a: 'a2', b: 'b1' } });
  const { needs: _, ...old } = file;
  const back = tookBack('back', { a: [] });
  const from = (source: ChangeFile | null) => said('a', 'done', { source });
  test.each<[string, readonly LedgerEvent[], boolean]>([
    ['another definition', [from(file), from(edited)], true],
    ['another place in the order', [from(file), from(other({ needs: { a: ['b'] } }))], true],
    ['the same', [from(file), from({ ...file, file: '/elsewhere.yaml' })], false],
    ['a file of a release that wrote no order', [from(old), from(file)], false],
    ['no file since', [from(file), from(null)], false],
    ['no file between', [from(file), from(null), from(edited)], true],
    ['no file between, and another order', [from(file), from(null), from(other({ needs: { a: ['b'] } }))], true],
    ['an old file between', [from(file), from(old), from(other({ needs: { a: ['b'] } }))], false],
    ['nobody knew the file at first', [from(null), from(file)], false],
    ['once it differed', [from(file), from(edited), from(edited)], true],
    ['taken back before the edit', [from(file), back, from(edited)], false],
    ['taken back after the edit', [from(file), from(edited), back, from(edited)], false],
    ['taken back, and not begun since', [from(file), from(edited), back], false],
  ])('%s: %#', (_name, events, mixed) => {
    expect(stepOf(fold(events, { back: { other: {} } }))?.mixed).toBe(mixed);
  });

  const framed = (step: string, frame?: string | null) =>
    said(step, 'done', { source: frame === undefined ? null : other({ frame }) });
  test.each<[string, readonly LedgerEvent[], boolean, string | null | undefined]>([
    ['another frame', [framed('a', 'f1'), framed('b', 'f2')], true, 'f2'],
    ['the same frame', [framed('a', 'f1'), framed('b', 'f1')], false, 'f1'],
    ['a frame that nobody knew before', [framed('a'), framed('b', 'f1')], false, 'f1'],
    ['no frame before', [framed('a', null), framed('b', 'f1')], true, 'f1'],
    ['once it differed', [framed('a', 'f1'), framed('a', 'f2'), framed('b', 'f2'), framed('b')], true, 'f2'],
    ['taken back before the edit', [framed('a', 'f1'), back, framed('b', 'f2')], false, 'f2'],
    ['taken back after the edit', [framed('a', 'f1'), framed('a', 'f2'), back, framed('b')], false, 'f2'],
  ])('%s', (_name, events, mixedFrame, frame) => {
    const state = fold(events, { back: { other: {} } });
    expect([state.mixedFrame, state.frame]).toEqual([mixedFrame, frame]);
  });
});

describe('said once more', () => {
  const last = said('a', 'done', { outputs: { n: '1', m: '2' }, source: file });
  test.each<[string, readonly LedgerEvent[], Recorded, boolean]>([
    ['the same', [last], last, true],
    ['without its outputs and its file', [last], said('a', 'done'), true],
    ['another step was recorded since', [last, said('b', 'done')], last, true],
    ['another state', [last], { ...last, state: 'failed' }, false],
    ['another login', [last], { ...last, by: { ...by, login: 'eve' } }, false],
    ['another name that is claimed', [last], { ...last, by: { ...by, claimed: 'Ruth' } }, false],
    ['another output beside one that is the same', [last], { ...last, outputs: { n: '1', m: '3' } }, false],
    ['another definition', [last], { ...last, source: { ...file, steps: { a: 'a2' } } }, false],
    ['another order', [last], { ...last, source: { ...file, needs: { a: ['b'] } } }, false],
    ['another frame', [last], { ...last, source: { ...file, frame: 'f1' } }, false],
    ['a file, where none was known', [said('a', 'done')], last, false],
    ['after a run', [last, ran('r1')], last, false],
    ['after it was struck out', [last, struck('a')], last, false],
    ['after it was taken back', [last, tookBack('back', { a: ['undo'] })], last, false],
    ['after a backout that did not get to it', [last, tookBack('back', { a: ['undo', 'never'] })], last, true],
    ['after a backout of another step', [last, tookBack('back', { b: ['undo'] })], last, true],
    ['nothing was said', [], last, false],
  ])('%s: %#', (_name, events, again, isOne) => {
    expect(isRepetition(events, again, stepsIn({ back: { undo: {} } }))).toBe(isOne);
  });
});
