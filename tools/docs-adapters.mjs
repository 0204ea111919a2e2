/** docs/adapters.md: a section for each adapter, made from the adapter itself. */
import { adapterNames, loadAdapter } from '../adapters/registry.ts';
import { adapterFacts } from '../src/views/adapter-facts.ts';

export async function adaptersPage() {
  const adapters = await Promise.all(adapterNames.map(loadAdapter));
  const facts = adapters.map(adapterFacts).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return `${[heading, table(facts), ...facts.map(section)].join('\n\n')}\n`;
}

const heading = `# Adapters

<!-- made by \`npm run docs\` from the adapters themselves -->

What a step can name in \`uses:\`, with its fields in \`with:\`. The same is shown by \`backout adapters NAME\`. A secret is taken
only in the fields that say so, and in \`env\` and \`stdin\` of the step. A duration is written with its unit: \`90s\`, \`5m\`, \`1h30m\`.
How access is closed and opened: [closing-access.md](closing-access.md); what messages say: [messages.md](messages.md).`;

function table(facts) {
  const rows = facts.map(({ name, summary }) => `| [\`${name}\`](#${anchor(name)}) | ${cell(summary)} |`);
  return ['| adapter | what it does |', '| --- | --- |', ...rows].join('\n');
}

/** As GitHub makes them of a heading. */
const anchor = (name) => name.replaceAll('/', '');

function section({ name, summary, fields, outputs, needs, nature, again, timeout, tested }) {
  const rows = fields.map(
    (field) =>
      `| \`${field.path}\`${field.required ? ' (required)' : ''} | ${cell(field.kind)}${field.secret ? '; may be secret' : ''} | ${cell(field.description)} |`,
  );
  const given = Object.entries(outputs).map(([key, words]) => `| \`${key}\` | ${cell(words)} |`);
  return [
    `## ${name}`,
    '',
    summary,
    '',
    '| field | value | meaning |',
    '| --- | --- | --- |',
    ...rows,
    ...(given.length === 0 ? [] : ['', '| output | meaning |', '| --- | --- |', ...given]),
    '',
    ...(needs.length === 0 ? [] : [`- Programs: ${needs.map((program) => `\`${program}\``).join(', ')}.`]),
    `- ${nature}`,
    `- ${again}`,
    timeout === null
      ? '- Without a `timeout` of the step it has none.'
      : `- Without a \`timeout\` of the step: ${timeout}.`,
    ...(tested === null ? [] : [`- ${tested}`]),
  ].join('\n');
}

const cell = (text) => text.replaceAll('|', '\\|');
