/** Which keys a step may have beside which. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { communicationSites } from '../communication.ts';
import type { Path, StepContent, StepSite, VerifyContent } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import type { Examined } from '../examined.ts';
import { valueAt } from '../schema-issues.ts';
import { hasExpression } from '../template.ts';

type Key = keyof StepContent;

const actions = ['uses', 'run', 'script', 'manual'] as const;
/** Keys that mean something only beside one kind of action. */
const companions: Readonly<Partial<Record<Key, (typeof actions)[number]>>> = {
  with: 'uses',
  shell: 'run',
  args: 'script',
};
/** Keys that mean nothing to a person. */
const notForPeople: readonly Key[] = [
  ...(['env', 'stdin', 'cwd', 'timeout', 'grace', 'retry', 'verify', 'until', 'onUnknown', 'maxOutput'] as const),
];

export function checkStepShapes({ document, content, sites, adapters }: Examined): readonly Diagnostic[] {
  const channels = communicationSites(content, adapters).flatMap(({ step, path }) => checkEnv(document, step, path));
  const steps = sites.flatMap((site) => [
    ...checkAction(document, site.step, site.path, `step ${site.id}`, actions),
    ...checkManual(document, site),
    ...checkRequired(document, site),
    ...checkVerify(document, site),
  ]);
  return [...steps, ...channels];
}

function checkAction(
  document: PlaybookDocument,
  step: StepContent | VerifyContent,
  path: Path,
  name: string,
  allowed: readonly (typeof actions)[number][],
): readonly Diagnostic[] {
  const written = writtenAt(document, path);
  const given = allowed.filter((action) => Object.hasOwn(written, action));
  const found: Diagnostic[] = [];
  const choices = `${allowed.slice(0, -1).join(', ')} and ${allowed.at(-1)}`;
  if (given.length === 0 && written !== noMapping) {
    found.push(document.error('no-action', path, `${name} does nothing`, `Give it exactly one of ${choices}.`));
  }
  for (const extra of given.slice(1)) {
    const message = `${name} has both ${given[0]} and ${extra}`;
    found.push(document.error('two-actions', [...path, extra], message, `Keep exactly one of ${choices}.`, 'key'));
  }
  for (const [key, action] of Object.entries(companions)) {
    if (!Object.hasOwn(step, key) || given.length === 0 || given.includes(action)) continue;
    const message = `${key} means nothing in ${name}, which has ${given[0]}`;
    found.push(document.error('misplaced-key', [...path, key], message, `Remove it; it belongs to ${action}.`, 'key'));
  }
  return [
    ...found,
    ...checkScript(document, step, path),
    ...checkStarted(document, step, path),
    ...checkEnv(document, step, path),
  ];
}

/** What runs here is loaded by Node, for zx; on hosts it is a shell script (`hosts.ts`). */
function checkStarted(
  document: PlaybookDocument,
  step: StepContent | VerifyContent,
  path: Path,
): readonly Diagnostic[] {
  const { script } = step;
  if (script === undefined || ('hosts' in step && step.hosts !== undefined)) return [];
  const [, ending] = /[^/](\.[^./]*)$/.exec(script) ?? [];
  if (ending === undefined || /^\.[cm]?[jt]s$/.test(ending)) return [];
  const message = `script ${script} is none that zx can run: .mjs, .js, .cjs, .ts, .mts and .cts are`;
  const program = programs[ending];
  const instead = program === undefined ? `run: ${script}` : `run: ${program} ${script}`;
  const remedy = `Start it by its own program: ${instead}`;
  return [document.error('script-kind', [...path, 'script'], message, remedy)];
}

const programs: Readonly<Record<string, string>> = {
  '.sh': 'sh',
  '.bash': 'bash',
  '.py': 'python3',
  '.pl': 'perl',
  '.rb': 'ruby',
};

function checkScript(document: PlaybookDocument, step: StepContent | VerifyContent, path: Path): readonly Diagnostic[] {
  const outside =
    step.script !== undefined && (/^(?:\/|[A-Za-z]:)/.test(step.script) || /(?:^|\/)\.\.(?:\/|$)/.test(step.script));
  if (!outside) return [];
  const remedy = "Put it beside the playbook or below, so that it can be frozen with the plan: script: './scripts/…'.";
  return [
    document.error(
      'script-outside',
      [...path, 'script'],
      `script ${step.script} is outside the playbook's folder`,
      remedy,
    ),
  ];
}

function checkEnv(document: PlaybookDocument, step: StepContent | VerifyContent, path: Path): readonly Diagnostic[] {
  return Object.keys(step.env ?? {})
    .filter((name) => name.startsWith('BACKOUT_'))
    .map((name) =>
      document.error(
        'reserved-name',
        [...path, 'env', name],
        `${name} is set by backout itself`,
        'Use a name that does not begin with BACKOUT_.',
        'key',
      ),
    );
}

function checkManual(document: PlaybookDocument, { step, path, id }: StepSite): readonly Diagnostic[] {
  if (step.manual === undefined) return [];
  return notForPeople
    .filter((key) => Object.hasOwn(step, key))
    .map((key) => {
      const remedy =
        key === 'timeout'
          ? 'Use answerWithin: how long to wait for the person.'
          : key === 'verify' || key === 'until'
            ? 'Make it a step of its own that follows.'
            : 'Remove it.';
      return document.error(
        'misplaced-key',
        [...path, key],
        `${key} means nothing in step ${id}, which a person does`,
        remedy,
        'key',
      );
    });
}

function checkRequired(document: PlaybookDocument, { step, path, place, id }: StepSite): readonly Diagnostic[] {
  if (step.required === undefined || place === 'notify') return [];
  const message = `required means nothing in step ${id}: it stands in ${place}`;
  return [
    document.error(
      'misplaced-key',
      [...path, 'required'],
      message,
      'Remove it; only notify does not wait by itself.',
      'key',
    ),
  ];
}

function checkVerify(document: PlaybookDocument, { step, path, id }: StepSite): readonly Diagnostic[] {
  const { verify } = step;
  if (verify === undefined) return [];
  const here = [...path, 'verify'];
  const patterns = (['stdout', 'stderr'] as const).flatMap((stream) => {
    const matches = verify.expect?.[stream]?.matches;
    const wrong = matches === undefined || hasExpression(matches) ? undefined : patternFault(matches);
    if (wrong === undefined) return [];
    return [
      document.error(
        'bad-pattern',
        [...here, 'expect', stream, 'matches'],
        `matches of ${stream} is no regular expression: ${wrong}`,
      ),
    ];
  });
  return [...checkAction(document, verify, here, `verify of step ${id}`, ['uses', 'run', 'script']), ...patterns];
}

/** Why `pattern` is no regular expression. */
export function patternFault(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'm');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : String(error);
  }
}

const noMapping: object = {};

/** What the file has at `path`: a key whose value the schema refused still counts as given. */
function writtenAt(document: PlaybookDocument, path: Path): object {
  const found = valueAt(document.data, path);
  return typeof found === 'object' && found !== null ? found : noMapping;
}
