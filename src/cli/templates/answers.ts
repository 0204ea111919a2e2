/** What `backout init` is told, by its questions or by a template: what a first playbook is made of. */

export const restoreKinds = ['files', 'release', 'postgres', 'kubernetes', 'command'] as const;
export type RestoreKind = (typeof restoreKinds)[number];

export const closeKinds = ['nginx', 'systemd', 'postgres', 'kubernetes', 'command', 'hand'] as const;
export type CloseKind = (typeof closeKinds)[number];

export const tellKinds = ['email', 'slack', 'phone'] as const;
export type TellKind = (typeof tellKinds)[number];

export const risks = ['low', 'medium', 'high'] as const;
export type Risk = (typeof risks)[number];

export interface Answers {
  readonly name: string;
  readonly system: string;
  readonly change: string;
  readonly risk: Risk;
  readonly restore: RestoreKind;
  readonly close: CloseKind;
  readonly tell: TellKind;
  /** Their addresses; undefined: they must be given for each run. Only mail has any. */
  readonly serviceDesk?: string;
  readonly dutyManager?: string;
  readonly changeManager: Person;
  readonly operations: Person;
}

export interface Person {
  readonly name: string;
  readonly contact: string;
  readonly deputy: string;
}

/** What only the owner can know; lint finds it. */
export const unknown = 'FILL IN';

/** A deputy is somebody else: the words differ, so that lint says each only once. */
export const nobody: Person = {
  name: unknown,
  contact: `${unknown}: telephone`,
  deputy: `${unknown}: who stands in, and how to reach them`,
};

const common = {
  change: unknown,
  risk: 'high',
  tell: 'email',
  changeManager: nobody,
  operations: nobody,
} as const;

export const templates = {
  itil: { ...common, name: 'my-service', system: 'my-service', restore: 'files', close: 'nginx' },
  release: { ...common, name: 'my-service-release', system: 'my-service', restore: 'release', close: 'nginx' },
  database: { ...common, name: 'my-database', system: 'my-database', restore: 'postgres', close: 'postgres' },
  kubernetes: { ...common, name: 'my-service', system: 'my-service', restore: 'kubernetes', close: 'kubernetes' },
} as const satisfies { readonly [name: string]: Answers };

export type TemplateName = keyof typeof templates;
