/** A derived playbook as the YAML that people review: with what is left out at its head, and why each step is there. */
import type { Document } from 'yaml';
import { visible } from '../../kernel/visible.ts';
import type { Derived } from './derive.ts';

/** `head`: lines that say what this was derived from. */
export async function renderDerived({ document, comments, said }: Derived, head: readonly string[]): Promise<string> {
  const yaml = await loadYaml();
  const rendered: Document = new yaml.Document(document.data, { aliasDuplicateObjects: false });
  rendered.commentBefore = [...head, ...said].map((line) => ` ${visible(line)}`).join('\n');
  const steps = rendered.getIn(['phases', 'restore', 'steps']) ?? rendered.getIn(['phases', 'restore']);
  for (const step of yaml.isSeq(steps) ? steps.items : []) {
    const id = yaml.isMap(step) ? step.get('id') : undefined;
    const comment = comments.get(String(id));
    if (comment !== undefined && yaml.isMap(step)) step.commentBefore = ` ${oneLine(comment)}`;
  }
  return rendered.toString({ lineWidth: 0 });
}

/** What is not of the printable characters of YAML would end the comment, or make the file unreadable. */
const oneLine = (text: string): string => visible(text.replaceAll(/\s+/g, ' '));

/** A bundle gives a CommonJS package only as `default`. */
async function loadYaml(): Promise<typeof import('yaml')> {
  const loaded: typeof import('yaml') & { readonly default?: typeof import('yaml') } = await import('yaml');
  return loaded.default ?? loaded;
}
