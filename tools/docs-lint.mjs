/** The table of lint rules in docs/lint.md, made from the rules themselves. */
import { levelAt, risks } from '../src/playbook/lint/rule.ts';
import { lintRules } from '../src/playbook/lint/rules.ts';

export function lintTable() {
  const rows = lintRules.map((rule) => {
    const levels = risks.map((risk) => levelAt(rule, risk) ?? '');
    return `| \`${rule.name}\` | ${levels.join(' | ')} | ${[rule.asks, rule.why].map(cell).join(' | ')} |`;
  });
  return [
    '| rule | low | medium | high | what is asked | why |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

const cell = (text) => text.replaceAll('|', '\\|');
