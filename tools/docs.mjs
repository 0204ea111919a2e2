/**
 * Writes what is made from the playbook's schema: docs/playbook.md between its two marks, and the rules that a run
 * checks it by; docs/adapters.md, made from the adapters; the table in docs/lint.md. `--check` writes nothing and leaves with 1 where one of
 * them is not current.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildJsonSchema } from '../src/playbook/json-schema.ts';
import { runFields } from '../src/playbook/scope.ts';
import { adaptersPage } from './docs-adapters.mjs';
import { lintTable } from './docs-lint.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const schema = buildJsonSchema();
const begin = '<!-- reference: made by `npm run docs` -->';
const end = '<!-- end of reference -->';

const toPeople = new Set(['description', 'default', 'title', 'examples', '$schema', '$id']);

const files = {
  'src/playbook/generated/stored-rules.ts': storedSchema(),
  'docs/adapters.md': await adaptersPage(),
  'docs/playbook.md': withReference('docs/playbook.md', reference()),
  'docs/lint.md': withReference('docs/lint.md', lintTable()),
};

let stale = false;
for (const [name, text] of Object.entries(files)) {
  const path = join(root, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale = true;
  if (process.argv.includes('--check')) console.error(`${name} is not current. Run: npm run docs`);
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
if (stale && process.argv.includes('--check')) process.exitCode = 1;

function storedSchema() {
  const literal = JSON.stringify(rulesOf(schema)).replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return [
    '/** Made by `npm run docs` from `schema.ts`; a test shows that it is current. */',
    'export const storedRules =',
    `  '${literal}';`,
    '',
  ].join('\n');
}

/** Less to read at every start: what is only for people is left out. `properties` hold names, not keywords. */
function rulesOf(node, names = false) {
  if (Array.isArray(node)) return node.map((each) => rulesOf(each));
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([key]) => names || !toPeople.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, rulesOf(value, !names && (key === 'properties' || key === 'definitions'))]),
  );
}

function withReference(name, made) {
  const [before, rest] = readFileSync(join(root, name), 'utf8').split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${name} has no marks ${begin} and ${end}`);
  return `${before}${begin}\n\n${made}\n${end}${after}`;
}

function reference() {
  const { step } = schema.definitions;
  const audience = schema.properties.communication.properties.audiences.additionalProperties;
  const own = { ...schema.properties, phases: { ...schema.properties.phases } };
  return [
    section('The playbook', own, ['phases', 'parameters', 'secrets', 'roles', 'change', 'lint']),
    section('change', schema.properties.change.properties),
    section('roles: each role', schema.properties.roles.additionalProperties.properties),
    section('parameters: each parameter', schema.properties.parameters.additionalProperties.properties),
    section('secrets: each secret', schema.properties.secrets.additionalProperties.properties),
    section('lint: each rule', schema.properties.lint.additionalProperties.properties),
    section('phases', schema.properties.phases.properties),
    section('A step', step.properties),
    section('hosts', step.properties.hosts.anyOf[1].properties),
    section('communication', schema.properties.communication.properties),
    section('communication: each audience', audience.properties),
    section('communication: channel, fallback and alert', audience.properties.channel.properties),
    section('rehearsal', schema.properties.rehearsal.properties),
    section('policy', schema.properties.policy.properties),
    section('retry', step.properties.retry.properties),
    section('until', step.properties.until.properties),
    section('verify: beside uses, run or script and what belongs to them', {
      expect: step.properties.verify.properties.expect,
    }),
    section('expect', step.properties.verify.properties.expect.properties),
    section('expect.stdout, expect.stderr', step.properties.verify.properties.expect.properties.stdout.properties),
    [
      '### run, in expressions',
      '',
      '| field | meaning |',
      '| --- | --- |',
      ...Object.entries(runFields).map(([name, meaning]) => `| \`run.${name}\` | ${meaning} |`),
      '',
    ].join('\n'),
  ].join('\n');
}

function section(title, properties) {
  const rows = Object.entries(properties).map(([name, rule]) => `| \`${name}\` | ${kind(rule)} | ${meaning(rule)} |`);
  return [`### ${title}`, '', '| key | value | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function kind(rule) {
  if (rule.const !== undefined) return `\`${rule.const}\``;
  if (rule.enum !== undefined) return rule.enum.map((value) => `\`${value}\``).join(', ');
  if (rule.$ref !== undefined) return rule.$ref.split('/').at(-1);
  if (rule.properties === undefined && rule.anyOf?.some((option) => option.items?.$ref !== undefined))
    return 'list of steps, or `{ maxParallel, steps }`';
  if (rule.anyOf !== undefined)
    return [...new Set(rule.anyOf.map(kind).filter((name) => name !== 'empty'))].join(' or ');
  if (rule.type === 'array') return `list of ${plural(kind(rule.items ?? {}))}`;
  if (rule.type === 'string' && /ms\|s\|m\|h\|d/.test(rule.pattern ?? '')) return 'duration';
  if (rule.type === 'string' && /KiB/.test(rule.pattern ?? '')) return 'size';
  if (rule.maximum !== undefined && rule.maximum < Number.MAX_SAFE_INTEGER) return `${rule.minimum} to ${rule.maximum}`;
  const names = {
    string: 'text',
    boolean: 'true, false',
    number: 'number',
    object: 'mapping',
    null: 'empty',
    integer: 'number',
  };
  return [rule.type ?? 'any']
    .flat()
    .map((type) => names[type] ?? 'any')
    .join(' or ');
}

function plural(name) {
  return { step: 'steps', contingency: 'steps', '0 to 255': 'numbers' }[name] ?? name;
}

function meaning(rule) {
  const told = rule.default === undefined ? '' : ` Default: \`${rule.default}\`.`;
  const description = rule.description ?? rule.anyOf?.find((option) => option.description)?.description ?? '';
  return `${description}${told}`.replaceAll('|', '\\|').trim();
}
