/** The change's JSON Schema draft-07, which editors read: the playbook's own parts, and what only a change has. */
import { buildJsonSchema } from '../json-schema.ts';
import { backKeys, occasionKeys, sharedKeys } from './change.ts';
import { framePattern } from './shape.ts';

type Rules = { readonly [key: string]: unknown };
type Named = { readonly [name: string]: Rules };
interface Parts extends Rules {
  readonly properties: Named;
  readonly definitions: Named;
}

/** What is shared with playbooks is taken from the definition that validates both. */
export function buildChangeJsonSchema(): object {
  // A cast beside its making: zod answers with the mapping of a strict object.
  const playbook = buildJsonSchema() as Parts;
  const { step = {}, contingency = {} } = playbook.definitions;
  const occasion = propertiesOf(playbook.properties.change);
  return {
    $schema: playbook.$schema,
    title: 'backout change',
    description:
      'An implementation plan in which every step says how it is taken back: `backout change run`, `backout derive`.',
    type: 'object',
    properties: {
      ...chosen(playbook.properties, sharedKeys),
      ...chosen(occasion, occasionKeys),
      ...ownProperties(occasion.id),
    },
    required: ['kind', 'id', 'steps'],
    additionalProperties: false,
    definitions: { step, contingency, changeStep: changeStep(step) },
  };
}

const propertiesOf = (rules: Rules | undefined): Named => (rules?.properties ?? {}) as Named;

function chosen(properties: Named, keys: readonly string[]): Named {
  return Object.fromEntries(keys.flatMap((key) => (properties[key] === undefined ? [] : [[key, properties[key]]])));
}

const notBlank = { type: 'string', pattern: '\\S' } as const;

const ownProperties = (id: Rules | undefined): Named => ({
  kind: { type: 'string', const: 'Change', description: 'What this file is.' },
  id: { ...id, ...notBlank, description: 'The number of the change, e.g. CHG0042; its ledger is kept under it.' },
  frame: {
    type: 'string',
    pattern: framePattern.source,
    description: 'The playbook beside this file that says who is told, how access is closed and what is checked.',
  },
  steps: {
    type: 'array',
    minItems: 1,
    items: { $ref: '#/definitions/changeStep' },
    description: 'What the change does, each step with the way back.',
  },
});

const wayBack: { readonly [key in (typeof backKeys)[number]]: Rules } = {
  backout: {
    type: 'array',
    items: { $ref: '#/definitions/step' },
    description: 'The steps that undo it, in their order; `[]` for a step that changes nothing, such as a check.',
  },
  irreversible: { ...notBlank, description: 'Why nothing takes it back.' },
  coveredBy: {
    ...notBlank,
    description: 'The id of a restore step of the frame, which puts back what this step changes.',
  },
};

function changeStep(step: Rules): Rules {
  const atomic = { type: 'boolean', default: false, description: 'When it fails, it has done nothing.' };
  return {
    ...step,
    description:
      'One action of the change, and how it is taken back: by exactly one of `backout`, `irreversible` and `coveredBy`.',
    properties: { ...propertiesOf(step), ...wayBack, atomic },
    allOf: [{ oneOf: backKeys.map((key) => ({ required: [key] })) }],
  };
}
