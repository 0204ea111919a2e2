/** Every command: its words, its flags, its help, and where it is. The help, the parser and the docs read this table. */
import type { CommandRun } from './invocation.ts';

export interface FlagSpec {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  /** One letter that means the same: `-o`. */
  readonly short?: string;
  /** What stands after the flag in the help: `--param NAME=VALUE`. */
  readonly value?: string;
  readonly help: string;
}

export interface CommandSpec {
  /** Words after `backout`, e.g. `audit verify`. */
  readonly name: string;
  readonly args: string;
  readonly summary: string;
  readonly flags: { readonly [flag: string]: FlagSpec };
  readonly load: () => Promise<{ readonly run: CommandRun }>;
  readonly hidden?: true;
}

const home: FlagSpec = {
  type: 'string',
  value: 'DIR',
  help: 'State folder (default $BACKOUT_HOME, $XDG_STATE_HOME/backout)',
};
const json: FlagSpec = { type: 'boolean', help: 'Print one JSON document on stdout' };
const by: FlagSpec = { type: 'string', value: 'NAME', help: 'On whose behalf; recorded as claimed, beside the login' };
const reason: FlagSpec = { type: 'string', value: 'TEXT', help: 'Why; recorded' };
const forms: { readonly [flag: string]: FlagSpec } = {
  param: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'A parameter; repeatable' },
  'params-file': { type: 'string', value: 'FILE', help: 'Parameters from a YAML or JSON file; --param wins' },
};
const driving: { readonly [flag: string]: FlagSpec } = {
  wait: { type: 'boolean', help: 'Off a terminal too, stay while the run waits for a person' },
  jobs: { type: 'string', value: 'N', help: 'At most N steps side by side' },
  log: {
    type: 'string',
    multiple: true,
    value: 'TARGET',
    help: 'Operational log: console, file:PATH, syslog://HOST:PORT',
  },
  'signing-key': { type: 'string', value: 'FILE', help: 'Ed25519 private key (PEM) that signs each entry' },
  'journal-copy': {
    type: 'string',
    value: 'TARGET',
    help: 'Copy each entry to a file or tcp://HOST:PORT as it is written',
  },
};
const edited: { readonly [flag: string]: FlagSpec } = {
  'accept-edited': {
    type: 'boolean',
    help: 'Go on though the change file differs from what was carried out; needs --reason',
  },
};
const irreversible: FlagSpec = {
  type: 'string',
  value: 'ask|refuse',
  help: 'What becomes of an executed step that cannot be taken back (default refuse)',
};
const step = 'RUN STEP';
const decision = { reason, by, home, json, ...driving };
const decide = () => import('./commands/decide.ts');

export const commands: readonly CommandSpec[] = [
  {
    name: 'run',
    args: '[PLAYBOOK] [KEY]',
    summary: 'Back out: run the playbook for real (or with --dry-run, look only)',
    flags: {
      ...forms,
      yes: { type: 'boolean', help: 'Do not ask before beginning; needed off a terminal' },
      'dry-run': { type: 'boolean', help: 'Real preflights, simulated actions; takes no lock' },
      change: {
        type: 'string',
        value: 'CHANGE',
        help: 'Take a change back as far as it was carried out: its id or its file, in place of PLAYBOOK',
      },
      irreversible,
      ...edited,
      once: { type: 'boolean', help: 'Safe to call twice: a run with the same key is shown instead of begun again' },
      'once-key': {
        type: 'string',
        value: 'KEY',
        help: "The key of --once (default: the change's id and the plan's digest)",
      },
      'without-rehearsal': {
        type: 'boolean',
        help: "Begin although no rehearsal counts, where the playbook's policy asks for one; needs --reason",
      },
      again: { type: 'boolean', help: 'With --once: begin all the same; needs --reason' },
      'accept-late': { type: 'boolean', help: 'Begin although the window has ended; needs --reason' },
      reason,
      by,
      json,
      home,
      ...driving,
    },
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'rehearse',
    args: 'PLAYBOOK',
    summary: 'Rehearse the playbook for real where its `rehearsal` says, and keep the evidence',
    flags: {
      ...forms,
      'rehearsal-param': {
        type: 'string',
        multiple: true,
        value: 'NAME=VALUE',
        help: "A parameter where it is rehearsed; goes over the playbook's rehearsal.parameters; repeatable",
      },
      inject: {
        type: 'string',
        multiple: true,
        value: 'STEP:KIND',
        help: 'A drill: the step is made to fail, timeout, unknown or kill-engine; repeatable',
      },
      yes: { type: 'boolean', help: 'Do not ask before beginning; needed off a terminal' },
      reason,
      by,
      json,
      home,
      ...driving,
    },
    load: () => import('./commands/rehearse.ts'),
  },
  {
    name: 'rehearsals',
    args: '[PLAYBOOK]',
    summary: 'List the rehearsals: result, environment, age, expiry, how long each took and what became slower',
    flags: { json, home },
    load: () => import('./commands/rehearsals.ts'),
  },
  {
    name: 'rehearsals verify',
    args: 'FILE',
    summary: 'Prove that evidence of a rehearsal is genuine',
    flags: {
      key: { type: 'string', value: 'FILE', help: 'Ed25519 public key (PEM) that it must be signed with' },
      json,
      home,
    },
    load: () => import('./commands/verify-evidence.ts'),
  },
  {
    name: 'plan',
    args: 'PLAYBOOK',
    summary: 'Show what would run, in which order, by whom; no effects',
    flags: { ...forms, json, home },
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'deadline',
    args: 'PLAYBOOK',
    summary: 'The last moment to begin the backout so that it ends within the window; exit 0 before it, 1 after',
    flags: {
      ...forms,
      'window-ends': { type: 'string', value: 'TIME', help: 'When the window ends (default: change.windowEnds)' },
      margin: { type: 'string', value: '15m', help: 'Time to spare (default: a tenth of the backout, at least 5m)' },
      watch: { type: 'boolean', help: 'Count down until the moment, or until a backout begins' },
      tell: {
        type: 'string',
        multiple: true,
        value: 'AUDIENCE',
        help: 'Tell an audience of the playbook 30 and 10 minutes before, and at the moment; repeatable',
      },
      decide: {
        type: 'string',
        value: 'back-out|go-on|extend',
        help: 'Record what was decided about the window; needs --reason',
      },
      until: { type: 'string', value: 'TIME', help: 'With --decide extend: the new end of the window' },
      reason,
      by,
      json,
      home,
    },
    load: () => import('./commands/deadline.ts'),
  },
  {
    name: 'whatif',
    args: 'PLAYBOOK',
    summary: 'Walk the plan through every failure in simulated time: how it ends, who knows, who must act',
    flags: {
      ...forms,
      pairs: { type: 'boolean', help: 'Every two failures of different steps, too' },
      step: { type: 'string', multiple: true, value: 'STEP', help: 'Only failures of this step; repeatable' },
      format: { type: 'string', value: 'text|md|html|json', help: 'Default text' },
      json,
    },
    load: () => import('./commands/whatif.ts'),
  },
  {
    name: 'doc',
    args: 'PLAYBOOK',
    summary: 'Write the plan as the document that is attached to the change record',
    flags: {
      ...forms,
      format: { type: 'string', value: 'md|html|json', help: 'Default md, or what the name of the output says' },
      change: {
        type: 'string',
        value: 'FILE',
        help: 'The implementation plan (default: change.yaml beside the playbook)',
      },
      output: { type: 'string', short: 'o', value: 'FILE', help: 'Write it there, not to stdout (-o FILE)' },
      json,
      home,
    },
    load: () => import('./commands/doc.ts'),
  },
  {
    name: 'change run',
    args: 'CHANGE [KEY]',
    summary: 'Carry a change out, step by step, with the promises of a backout',
    flags: {
      ...forms,
      yes: { type: 'boolean', help: 'Do not ask before beginning; needed off a terminal' },
      'dry-run': { type: 'boolean', help: 'Real preflights, simulated actions; takes no lock' },
      'backout-on-failure': {
        type: 'boolean',
        help: 'When it fails, take it back at once; exit code 8 when that ended well',
      },
      irreversible,
      once: { type: 'boolean', help: 'Safe to call twice: a run with the same key is shown instead of begun again' },
      'once-key': {
        type: 'string',
        value: 'KEY',
        help: "The key of --once (default: the change's id and the plan's digest)",
      },
      again: {
        type: 'boolean',
        help: 'Begin though it was carried out before, or the last backout of the system ended badly; needs --reason',
      },
      reason,
      by,
      json,
      home,
      ...driving,
    },
    load: () => import('./commands/change-run.ts'),
  },
  {
    name: 'change record',
    args: 'CHANGE STEP STATE',
    summary:
      'Say that a step of a change was started, done or failed, for a pipeline that carries it out itself; void: what was said of it was a mistake',
    flags: {
      output: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'What the step put out; repeatable' },
      file: { type: 'string', value: 'FILE', help: "The change's file, where CHANGE is an id: the step is looked up" },
      reason: { type: 'string', value: 'TEXT', help: 'Why what was recorded of the step is void' },
      by,
      json,
      home,
    },
    load: () => import('./commands/change-record.ts'),
  },
  {
    name: 'change status',
    args: 'CHANGE',
    summary: 'What of a change has been carried out, by whom, and what a backout would take back',
    flags: { json, home },
    load: () => import('./commands/change-status.ts'),
  },
  {
    name: 'derive',
    args: 'CHANGE [LEDGER]',
    summary: 'Write the playbook that takes a change back, from its file and what was carried out of it',
    flags: {
      ...forms,
      ledger: {
        type: 'boolean',
        help: 'Only what the ledger says was carried out (default: as though all of it had been)',
      },
      irreversible,
      output: { type: 'string', short: 'o', value: 'FILE', help: 'Write it there, not to stdout (-o FILE)' },
      force: { type: 'boolean', help: 'Overwrite the file that -o names; never the change or its frame' },
      ...edited,
      reason,
      json,
      home,
    },
    load: () => import('./commands/derive.ts'),
  },
  {
    name: 'lint',
    args: '[PLAYBOOK]...',
    summary: 'Find every fault and weakness of a playbook or a change at once, judged by the risk of the change',
    flags: {
      risk: { type: 'string', value: 'low|medium|high', help: 'Judge as if the change were so (default: change.risk)' },
      format: { type: 'string', value: 'text|json|sarif|github', help: 'Default text' },
      'fail-on': { type: 'string', value: 'error|warning', help: 'What makes the exit code 2 (default error)' },
      explain: { type: 'boolean', help: 'Say of each finding why it matters' },
      rules: { type: 'boolean', help: 'List all rules, and at which risk each is asked' },
      json,
    },
    load: () => import('./commands/lint.ts'),
  },
  {
    name: 'status',
    args: '[RUN]',
    summary: 'What is true of the system, what the run does, what to type next',
    flags: { json, home },
    load: () => import('./commands/status.ts'),
  },
  { name: 'runs', args: '', summary: 'List the runs', flags: { json, home }, load: () => import('./commands/runs.ts') },
  {
    name: 'runs prune',
    args: '',
    summary: 'Remove runs that ended long ago',
    flags: {
      'older-than': { type: 'string', value: 'AGE', help: 'E.g. 90d; runs that have not ended are kept' },
      yes: { type: 'boolean', help: 'Do not ask' },
      json,
      home,
    },
    load: () => import('./commands/prune.ts'),
  },
  {
    name: 'logs',
    args: 'RUN [STEP]',
    summary: 'What the steps printed',
    flags: { attempt: { type: 'string', value: 'N', help: 'Only that attempt' }, json, home },
    load: () => import('./commands/logs.ts'),
  },
  {
    name: 'resume',
    args: '[RUN]',
    summary: 'Take up a run that has no engine, or let a paused one go on',
    flags: {
      reopen: { type: 'boolean', help: 'Go on with a run that failed or was stopped' },
      extend: {
        type: 'string',
        multiple: true,
        value: 'STEP=30m',
        help: 'Give a step that is past its deadline more time',
      },
      reason,
      by,
      json,
      home,
      ...driving,
    },
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'stop',
    args: '[RUN]',
    summary: 'End what is in flight, tell people, end as stopped',
    flags: { finish: { type: 'boolean', help: 'Let what is in flight finish first' }, ...decision },
    load: decide,
  },
  { name: 'pause', args: '[RUN]', summary: 'Start nothing new until resumed', flags: decision, load: decide },
  {
    name: 'confirm',
    args: step,
    summary: 'Say that a person step, or a step of unknown end, is done',
    flags: decision,
    load: decide,
  },
  { name: 'approve', args: step, summary: 'The same as confirm, for approvals', flags: decision, load: decide },
  { name: 'reject', args: step, summary: 'Say that a person step cannot be done', flags: decision, load: decide },
  {
    name: 'retry',
    args: step,
    summary: 'Do a step again that failed, was cancelled, or whose end is unknown',
    flags: decision,
    load: decide,
  },
  { name: 'skip', args: step, summary: 'Go on without a step; needs --reason', flags: decision, load: decide },
  {
    name: 'abandon',
    args: '[RUN]',
    summary: 'End a run that nobody will resume; needs --reason',
    flags: decision,
    load: decide,
  },
  {
    name: 'report',
    args: '[RUN]',
    summary: 'Evidence for the change record',
    flags: { format: { type: 'string', value: 'md|json|junit', help: 'Default md' }, home },
    load: () => import('./commands/report.ts'),
  },
  {
    name: 'audit verify',
    args: 'RUN|FILE',
    summary: 'Prove that a journal is whole and unchanged',
    flags: {
      head: { type: 'string', value: 'HASH', help: 'A head hash that was kept elsewhere: the chain must hold it' },
      key: { type: 'string', value: 'FILE', help: 'Ed25519 public key (PEM) that every entry must be signed with' },
      json,
      home,
    },
    load: () => import('./commands/audit.ts'),
  },
  {
    name: 'schema',
    args: '[playbook|change]',
    summary: 'Print the JSON Schema of the playbook (the default), or of the change',
    flags: {},
    load: () => import('./commands/schema.ts'),
  },
  {
    name: 'adapters',
    args: '[NAME]',
    summary: 'List the adapters, or show one',
    flags: { json },
    load: () => import('./commands/adapters.ts'),
  },
  {
    name: 'init',
    args: '[FILE]',
    summary: 'Write a first playbook: by questions on a terminal, or from a template',
    flags: {
      template: {
        type: 'string',
        value: 'NAME',
        help: 'itil (files behind a web server; the default), release, database or kubernetes; asks nothing',
      },
      yes: { type: 'boolean', help: 'Ask nothing' },
      force: { type: 'boolean', help: 'Overwrite the file' },
    },
    load: () => import('./commands/init.ts'),
  },
];
