/** The message as a plan shows it: without the mark of a mode, which is not known yet. */
import { cut } from './cut.ts';
import { type Message, render } from './message.ts';

const lineLimit = 500;
const line = (label: string, text: string): string =>
  `${label}: ${cut(text.replaceAll(/\s+/g, ' ').trim(), lineLimit)}`;

export function describeMessage(given: Message): readonly string[] {
  const { title, text, facts } = render(given, { key: '', mode: 'real' });
  return [
    line('saying', title),
    ...(text.trim() === '' ? [] : [line('text', text)]),
    ...facts.map(({ label, value }) => line(label.replaceAll(/\s+/g, ' '), value)),
  ];
}
