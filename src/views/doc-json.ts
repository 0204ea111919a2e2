/** The document as JSON: the fields of a ServiceNow change request by their names there, and all of it as data. */
import type { Block, Section } from './doc-block.ts';
import { firstThatFits, plainSections } from './doc-plain.ts';
import { documentSections, documentTitle } from './doc-sections.ts';
import type { DocumentStep } from './document-step.ts';
import type { DocumentView } from './document-view.ts';
import { visible } from './visible.ts';
import { cut } from './width.ts';

/** What these columns of change_request hold, unless somebody has made them longer. */
const mostText = 4_000;
const mostLine = 160;

export function documentJson(view: DocumentView): string {
  const sections = new Map(documentSections(view).map((section) => [section.id, section]));
  const some = (...ids: readonly string[]): string => plainSections(ids.flatMap((id) => sections.get(id) ?? []));
  const fields = {
    number: view.change.id,
    short_description: cut(visible(documentTitle(view)), mostLine),
    risk: view.change.risk,
    implementation_plan: view.implementation === null ? '' : firstThatFits([some('implementation')], mostText),
    backout_plan: firstThatFits(
      [
        some('glance', 'scope', 'people', 'instructions', 'communication'),
        some('glance', 'scope', 'people', 'steps', 'communication'),
        some('glance', 'people', 'steps'),
        some('glance', 'steps'),
        some('steps'),
      ],
      mostText,
    ),
    test_plan: firstThatFits([plainSections([proofs(view), ...listOf(sections.get('rehearsal'))])], mostText),
    risk_impact_analysis: firstThatFits([some('whatif'), plainSections([shortWhatIf(sections)])], mostText),
  };
  const { format, ...rest } = view;
  return `${JSON.stringify({ format, ...fields, ...rest }, null, 2)}\n`;
}

const listOf = (section: Section | undefined): readonly Section[] => (section === undefined ? [] : [section]);

/** What the table of failures is summed up to. */
function shortWhatIf(sections: ReadonlyMap<string, Section>): Section {
  const { id, title, blocks } = sections.get('whatif') ?? { id: 'whatif', title: '', blocks: [] };
  return { id, title, blocks: blocks.filter(({ kind }) => kind !== 'table') };
}

/** How each step is known to have worked, the health checks first: they decide whether access is opened. */
function proofs({ places }: DocumentView): Section {
  const steps = places.flatMap((place) => place.steps.flatMap((step) => [step, ...step.contingency]));
  const checks = steps.filter(({ place }) => place === 'health-checks');
  const others = steps.filter((step) => !checks.includes(step) && step.verification.length > 0);
  const blocks: readonly Block[] = [
    {
      kind: 'text',
      text: checks.length === 0 ? 'No health checks.' : 'Health checks; access is opened only when all have passed:',
    },
    { kind: 'list', items: checks.map((step) => `${headOf(step)}: ${step.instruction.join('; ')}`) },
    { kind: 'text', text: others.length === 0 ? 'No step proves its effect.' : 'Steps that prove their effect:' },
    { kind: 'list', items: others.map((step) => `${headOf(step)}: ${step.verification.join('; ')}`) },
  ];
  return { id: 'tests', title: 'How it is proven', blocks };
}

const headOf = ({ number, id, name }: DocumentStep): string =>
  name === id ? `${number} ${id}` : `${number} ${name} (${id})`;
