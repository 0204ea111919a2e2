/** The schema of a step. Which keys may stand beside which is told by `rules/step-shape.ts`. */
import * as z from 'zod/mini';
import type { Json } from '../kernel/json.ts';
import { hostsSchema } from './schema-hosts.ts';
import {
  choice,
  count,
  duration,
  flag,
  growth,
  id,
  idText,
  listOf,
  mapOf,
  size,
  text,
  value,
  variableText,
} from './schema-parts.ts';

/** Plain data as YAML gives it, kept as it is. */
export const input = (description: string) => mapOf(description, z.string(), z.custom<Json>());

export const environment = () =>
  mapOf(
    'Environment variables, beside those that backout was started with. The place for secrets: `PGPASSWORD: ${{ secrets.db }}`.',
    variableText(),
    value(),
  );

const actionKeys = () => ({
  uses: text(
    'The adapter that does it, e.g. `http` or `files/restore` (`backout adapters` lists them); `./mine.mjs` is your own, beside the playbook.',
  ),
  run: text('Shell text: `/bin/sh -e -c`. `${{ … }}` reaches it as an environment variable, never as shell text.'),
  script: text(
    'A script beside the playbook, run with zx, e.g. `./scripts/restore-files.mjs`: `.mjs`, `.js`, `.cjs`, `.ts`, `.mts`, `.cts`; with `hosts` a `.sh`. It is frozen with the plan.',
  ),
  with: input('The input of the adapter that `uses` names.'),
  shell: choice('Which shell reads `run`: `sh` is `/bin/sh -e -c`, `bash` is `bash -eo pipefail -c`.', ['sh', 'bash'], {
    default: 'sh',
  }),
  args: listOf('Arguments of `script`.', value()),
  env: environment(),
  stdin: z.optional(
    value().check(z.meta({ description: 'Standard input; without it the step reads nothing (/dev/null).' })),
  ),
  cwd: text("Where it starts, relative to the playbook's folder, which is the default."),
});

const expectedText = (stream: string) =>
  z.optional(
    z
      .strictObject(
        {
          equals: z.optional(value().check(z.meta({ description: 'The whole text, without a last line break.' }))),
          contains: z.optional(value().check(z.meta({ description: 'A part of the text.' }))),
          matches: text('A regular expression (ECMAScript, flag m) that is found in the text.'),
        },
        { error: 'must be a mapping with equals, contains or matches' },
      )
      .check(z.meta({ description: `What ${stream} must hold.` })),
  );

const verify = () =>
  z.optional(
    z
      .strictObject(
        {
          ...actionKeys(),
          expect: z.optional(
            z
              .strictObject(
                {
                  exitCode: count('The exit code that is good.', 0, 255, { default: 0 }),
                  stdout: expectedText('standard output'),
                  stderr: expectedText('standard error'),
                },
                { error: 'must be a mapping' },
              )
              .check(
                z.meta({ description: 'What proves that the step did its work; exit code 0 when nothing is said.' }),
              ),
          ),
        },
        { error: 'must be a mapping with uses, run or script' },
      )
      .check(
        z.meta({ description: 'The proof: looked at after the action; the step has succeeded only when it holds.' }),
      ),
  );

export const retry = (description = 'What happens after a failed try. Never after an unknown end.') =>
  z.optional(
    z
      .strictObject(
        {
          attempts: count('All tries, the first one included.', 1, 1000, { default: 1 }),
          delay: duration('Wait before the second try.', { default: '5s' }),
          factor: growth('Every further wait is this many times longer.', { default: 2 }),
          maxDelay: duration('No wait is longer.', { default: '1m' }),
          jitter: flag('Vary the waits a little, so that many callers do not come at the same moment.', {
            default: true,
          }),
          onExitCodes: listOf(
            'Retry only after these exit codes; after any failure when not given.',
            z.int({ error: 'must be an exit code from 0 to 255' }).check(z.minimum(0), z.maximum(255)),
          ),
          onVerify: flag('Do the whole step again also when only its `verify` failed.', { default: false }),
        },
        { error: 'must be a mapping, such as { attempts: 3, delay: 5s }' },
      )
      .check(z.meta({ description })),
  );

const until = () =>
  z.optional(
    z
      .strictObject(
        {
          successes: count('How many good answers in a row are needed.', 1, 1000, { default: 1 }),
          every: duration('Time between two tries.', { default: '2s' }),
          within: duration('How long to go on.', { default: '1m' }),
          failures: count(
            'Give up at once when so many answers were measured and bad, all together. Not given: go on for as long as `within` says.',
            1,
            1000,
          ),
          errors: count(
            'Give up at once when so many answers in a row could not be had (not measured, or inconclusive). Not given: go on for as long as `within` says.',
            1,
            1000,
          ),
        },
        { error: 'must be a mapping, such as { successes: 3, every: 2s, within: 2m }' },
      )
      .check(z.meta({ description: 'Repeat the action, within one attempt, until it holds.' })),
  );

const contingencyShape = () => ({
  id: id('Unique in the playbook; other steps and people name the step by it. Default: the phase and a number.'),
  name: text('What the step does, for people.'),
  owner: text('Who answers for it: a key of `roles`, or free text.'),
  ...actionKeys(),
  manual: text(
    'What a person does; the run waits for `backout confirm`. In notify, announce and escalate it is a task and holds nothing up.',
  ),
  hosts: hostsSchema(),
  if: z.optional(
    z
      .union([z.boolean(), z.string()], { error: 'must be true, false or an expression' })
      .check(z.meta({ description: 'The step is left out when this expression (CEL) is false.' })),
  ),
  timeout: duration(
    "How long one attempt may take, `verify` included. While no engine runs it goes on for a process that lives; what the engine does itself (starting, asking again, `verify`) has its time again with the next one. Default: the adapter's; else no limit.",
  ),
  grace: duration('Time between TERM and KILL when an attempt must end.', { default: '10s' }),
  retry: retry(),
  verify: verify(),
  until: until(),
  onUnknown: choice(
    'What to do when the end of an attempt cannot be known: look whether its effect is there (`probe`), do it again, or ask a person.',
    ['probe', 'rerun', 'ask'],
    { default: 'ask' },
  ),
  cancellable: flag('False: a stop leaves it running, and says so.', { default: true }),
  maxOutput: size('How much of its output is kept; head and tail stay, the cut is said.', { default: '64MiB' }),
  answerWithin: duration(
    'How long to wait for a person. After it the contingency is tried; without one the backout ends, whatever `onFailure` says. It counts while an engine runs, and from anew with each engine that takes the run up: a run that was left waiting (exit code 3) waits on until somebody answers, or `resume RUN --wait`.',
    { default: '30m' },
  ),
});

const stepError = 'must be a mapping, such as { run: ./maintenance on }';

export const contingencySchema = () =>
  z
    .strictObject(contingencyShape(), { error: stepError })
    .check(z.meta({ id: 'contingency', description: 'A step that is tried when another has failed for good.' }));

export const stepSchema = () =>
  z
    .strictObject(
      {
        ...contingencyShape(),
        needs: listOf(
          'Steps of this phase or an earlier one that must be over first. Default: the step above; `[]`: none.',
          idText(),
        ),
        onFailure: choice(
          'When it has failed for good, contingencies included: end the backout, go on without it, or ask a person. Default: stop; continue in notify, announce and escalate.',
          ['stop', 'continue', 'ask'],
        ),
        contingency: listOf(
          'Steps tried in order when this one has failed for good; the first that succeeds stands for it.',
          contingencySchema(),
        ),
        required: flag('Only in `notify`: the next phase waits until it has succeeded.', { default: false }),
      },
      { error: stepError },
    )
    .check(z.meta({ id: 'step', description: 'One action, by exactly one of `uses`, `run`, `script` and `manual`.' }));
