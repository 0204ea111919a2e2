/**
 * Any executable as an adapter: it reads one JSON document (`ExternalRequest`) on standard input.
 *
 *   describe   at load, with an empty input: answers what it is (`Manifest`, every field optional)
 *   preflight  answers `{ ok: true, checked, uncovered }` or `{ ok: false, reason, remedy }`
 *   probe      answers `{ answer: yes|no|unknown, detail }`
 *   perform    does it, as a step process: its exit code is the result, $BACKOUT_OUTPUT takes its outputs
 *
 * An answer is one JSON document on standard output.
 */
import * as z from 'zod/mini';
import type { JsonObject } from '../../src/kernel/json.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { Adapter, AdapterContext, ExternalRequest, Preflight, Probe } from '../../src/ports/adapter.ts';
import { notReady, probed } from '../support/answers.ts';
import { firstLine, reasonOf } from '../support/reason.ts';

const manifest = z.object({
  summary: z._default(z.string(), 'An adapter of your own.'),
  secretFields: z._default(z.array(z.string()), []),
  outputs: z._default(z.record(z.string(), z.string()), {}),
  needs: z._default(z.array(z.string()), []),
  repeatable: z._default(z.boolean(), false),
  readOnly: z._default(z.boolean(), false),
  tellsUntouched: z._default(z.boolean(), false),
  defaultTimeoutMs: z._default(z.nullable(z.number().check(z.positive())), null),
  /** It answers `preflight` and `probe`. */
  preflight: z._default(z.boolean(), false),
  probe: z._default(z.boolean(), false),
});
type Manifest = z.infer<typeof manifest>;

const preflightAnswer = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    checked: z._default(z.array(z.string()), []),
    uncovered: z._default(z.nullable(z.string()), null),
  }),
  z.object({ ok: z.literal(false), reason: z.string(), remedy: z._default(z.string(), 'Remove the cause.') }),
]);
const probeAnswer = z.object({ answer: z.enum(['yes', 'no', 'unknown']), detail: z._default(z.string(), '') });

const input = z.record(z.string(), z.json()).check(z.describe('Given to the program as it stands.'));
type Input = z.infer<typeof input>;

const patienceMs = 10_000;

export interface Asked {
  readonly folder: string;
  /** Variables that are taken out of its environment. */
  readonly hidden: readonly string[];
}

export async function executableAdapter(
  name: string,
  file: string,
  { folder, hidden }: Asked,
): Promise<Result<Adapter, string>> {
  const without = Object.fromEntries(hidden.map((variable) => [variable, undefined]));
  const request = { verb: 'describe', input: {}, key: '', mode: 'dry-run' } as const;
  const answered = await ask(file, request, manifest, { folder, without });
  return answered.ok ? ok(adapterOf(name, file, answered.value)) : answered;
}

function adapterOf(name: string, file: string, facts: Manifest): Adapter<Input> {
  const { preflight: checks, probe: probes, ...said } = facts;
  return {
    ...said,
    name,
    input,
    describe: (given) => [`${file} with the fields ${Object.keys(given).join(', ') || '(none)'} on standard input`],
    preflight: async (given, context): Promise<Preflight> => {
      if (!checks) return { ok: true, checked: [`${file} is there`], uncovered: 'it has no preflight of its own' };
      const answer = await ask(file, requestOf('preflight', given, context), preflightAnswer, context);
      return answer.ok ? answer.value : notReady(answer.error, 'Correct the adapter, or what it looks at.');
    },
    ...(probes ? { probe: (given: Input, context: AdapterContext) => probeWith(file, given, context) } : {}),
    command: (given, { key, env }) => ({
      argv: [file],
      stdin: JSON.stringify({
        backoutAdapter: 1,
        verb: 'perform',
        input: given,
        key,
        mode: env.BACKOUT_MODE === 'rehearsal' ? 'rehearsal' : 'real',
      }),
    }),
  };
}

async function probeWith(file: string, given: Input, context: AdapterContext): Promise<Probe> {
  const answer = await ask(file, requestOf('probe', given, context), probeAnswer, context);
  return answer.ok ? answer.value : probed('unknown', answer.error);
}

type Request = Omit<ExternalRequest, 'backoutAdapter'>;

const requestOf = (verb: Request['verb'], given: JsonObject, { key, mode }: AdapterContext): Request => ({
  verb,
  input: given,
  key,
  mode,
});

interface Where extends Partial<Pick<AdapterContext, 'signal' | 'env'>> {
  readonly folder: string;
  /** Without `env`: what it does not get of the engine's. */
  readonly without?: { readonly [name: string]: undefined };
}

async function ask<T>(
  file: string,
  request: Request,
  schema: z.ZodMiniType<T>,
  { folder, signal, env, without }: Where,
): Promise<Result<T, string>> {
  const { execa } = await import('execa');
  const ended = await execa(file, [], {
    cwd: folder,
    input: JSON.stringify({ backoutAdapter: 1, ...request }),
    reject: false,
    timeout: patienceMs,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    ...(env === undefined ? { env: without ?? {} } : { env: { ...env }, extendEnv: false }),
  });
  const { failed, exitCode, timedOut, stdout, stderr, originalMessage } = ended;
  const about = `${file}, asked to ${request.verb},`;
  if (timedOut) return err(`${about} did not answer within ${patienceMs / 1_000} s`);
  if (failed) return err(`${about} ended with ${exitCode ?? originalMessage ?? 'a signal'}: ${firstLine(stderr)}`);
  try {
    const parsed = z.safeParse(schema, JSON.parse(stdout));
    if (parsed.success) return ok(parsed.data);
    return err(
      `${about} gave an unfit answer: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
    );
  } catch (error) {
    return err(`${about} did not answer with one JSON document: ${reasonOf(error)}`);
  }
}
