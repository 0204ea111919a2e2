/** Answers → a whole playbook, with what only the owner can know marked FILL IN or CHANGEME, which lint finds. */
import { shellWord } from '../../views/shell-word.ts';
import type { Answers, Person } from './answers.ts';
import { closing } from './closing.ts';
import { indented, type Parameter, type Piece, quoted, withExpressions } from './piece.ts';
import { restoring } from './restoring.ts';
import { telling } from './telling.ts';

export function playbookText(answers: Answers, file: string): string {
  const restored = restoring[answers.restore];
  const closed = closing[answers.close];
  const told = telling[answers.tell];
  const pieces = [restored, closed, told];
  const parameters = distinct(pieces.flatMap((piece) => piece.parameters)).map((each) => answered(each, answers));
  const secrets = Object.assign({}, ...pieces.map((piece: Piece) => piece.secrets ?? {}));
  const parts = [
    head(answers, file, parameters),
    about(answers),
    peopleText(answers),
    parametersText(parameters),
    secretsText(secrets),
    'phases:',
    phase('notify', told.begin),
    phase('disable-access', closed.close),
    phase('restore', restored.restore),
    phase('health-checks', restored.checks),
    phase('enable-access', closed.open),
    phase('announce', told.end),
    `# Only when the backout itself fails, or is stopped.\nescalate:\n${indented(told.failed, 2)}`,
    updatesText(told.updates),
    rehearsalText(parameters, Object.keys(secrets)),
  ];
  return withExpressions(
    `${parts
      .filter((part) => part !== '')
      .join('\n\n')
      .replaceAll('phases:\n\n', 'phases:\n')}\n`,
  );
}

function head({ name }: Answers, path: string, parameters: readonly Parameter[]): string {
  const file = shellWord(path);
  const given = parameters.filter((each) => each.default === undefined);
  const params = given.map((each) => `--param ${each.name}=…`);
  const values =
    params.length === 0
      ? []
      : [
          '# It is told, each time it is used (what never changes, write as its default below):',
          ...params.map((param) => `#   ${param}`),
        ];
  return [
    `# The backout plan of ${name}, to be carried out by: backout run ${file}`,
    '#',
    '# TODO, before it is needed: fill in what is marked FILL IN and CHANGEME, read every step, then',
    `#   backout lint ${file}       what is still missing`,
    `#   backout plan ${file}       what would run`,
    `#   backout whatif ${file}     what every single failure comes to`,
    `#   backout rehearse ${file}   do it once, in the environment named at the end`,
    `#   backout doc ${file}        what is attached to the change`,
    ...values,
  ].join('\n');
}

function about({ name, system, change, risk, restore }: Answers): string {
  const { summary, scope, goals } = restoring[restore];
  return [
    'apiVersion: backout/v1',
    `name: ${quoted(name)}`,
    `system: ${quoted(system)}`,
    `summary: ${summary}`,
    `scope: ${JSON.stringify(scope)}`,
    'goals:',
    ...goals.map((goal) => `  - ${JSON.stringify(goal)}`),
    '# windowEnds: 2026-11-22T04:00:00Z in change lets backout deadline say how late it may still be begun',
    `change: { id: ${quoted(change)}, risk: ${risk} }`,
    'timeBudget: 2h',
  ].join('\n');
}

function peopleText({ changeManager, operations }: Answers): string {
  const person = ({ name, contact, deputy }: Person): string =>
    `{ name: ${quoted(name)}, contact: ${quoted(contact)}, deputy: ${quoted(deputy)} }`;
  return `roles:\n  change-manager: ${person(changeManager)}\n  operations: ${person(operations)}`;
}

function parametersText(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return '';
  return `parameters:\n${parameters.map((each) => `  ${each.name}: { ${parameterText(each)} }`).join('\n')}`;
}

function parameterText({ type = 'string', pattern, description, ...rest }: Parameter): string {
  const given = rest.default;
  return [
    `type: ${type}`,
    ...(pattern === undefined ? [] : [`pattern: '${pattern}'`]),
    given === undefined ? 'required: true' : `default: ${typeof given === 'number' ? given : quoted(given)}`,
    `description: ${JSON.stringify(description)}`,
  ].join(', ');
}

function secretsText(secrets: { readonly [name: string]: string }): string {
  const lines = Object.entries(secrets).map(([name, variable]) => `  ${name}: { env: ${variable} }`);
  return lines.length === 0 ? '' : `secrets:\n${lines.join('\n')}`;
}

const phase = (name: string, steps: string): string => `  ${name}:\n${indented(steps, 4)}`;

function updatesText(channel: string | undefined): string {
  if (channel === undefined)
    return '# TODO: where a channel (email, slack, teams) can be reached, add communication: it tells people at intervals how it stands.';
  return `# While it lasts, they hear at intervals how it stands; the engine sends it.
communication:
  speaker: change-manager
  audiences:
    service-desk:
      name: Service Desk
      every: 15m
      channel: ${channel}`;
}

function rehearsalText(parameters: readonly Parameter[], secrets: readonly string[]): string {
  const values = parameters.filter((each) => each.rehearsal !== undefined);
  const text = ({ rehearsal = '' }: Parameter): string =>
    typeof rehearsal === 'number' ? `${rehearsal}` : quoted(rehearsal);
  return [
    '# Where backout rehearse does all of this for real. Nothing of it may be production.',
    'rehearsal:',
    '  environment: staging',
    ...(values.length === 0 ? [] : ['  parameters:', ...values.map((each) => `    ${each.name}: ${text(each)}`)]),
    ...(secrets.length === 0
      ? []
      : ['  secrets:', ...secrets.map((name) => `    ${name}: { env: REHEARSAL_${snake(name)} }`)]),
    '  expiresAfter: 90d',
    'policy: { rehearsal: warn }',
  ].join('\n');
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/** What was asked already need not be given for each run. */
function answered(parameter: Parameter, { serviceDesk, dutyManager }: Answers): Parameter {
  const known = { serviceDesk, dutyManager }[parameter.name];
  return known === undefined ? parameter : { ...parameter, default: known };
}

function distinct(parameters: readonly Parameter[]): readonly Parameter[] {
  return [...new Map(parameters.map((each) => [each.name, each])).values()];
}
