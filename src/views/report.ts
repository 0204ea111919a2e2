/**
 * P8: the evidence of a run for the change record, in three forms. Everything in it is a fold over the journal; the
 * head hash and the command that checks it stand in each form, so that a report can be held against the journal.
 */
import type { Plan } from '../plan/plan.ts';
import { lasted } from './doing.ts';
import { reportJunit } from './report-junit.ts';
import { reportMarkdown } from './report-markdown.ts';
import type { RunView } from './run-view.ts';
import { verifyCommand } from './verify-command.ts';

export const reportFormats = ['md', 'json', 'junit'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export function reportText(view: RunView, plan: Plan, format: ReportFormat): string {
  switch (format) {
    case 'md':
      return reportMarkdown(view, plan);
    case 'json':
      return `${JSON.stringify(reportDocument(view, plan), null, 2)}\n`;
    case 'junit':
      return reportJunit(view);
  }
}

export interface ReportDocument extends Omit<RunView, 'schema' | 'next'> {
  readonly schema: 'backout/report/v1';
  readonly summary: string | null;
  readonly scope: string | null;
  readonly goals: readonly string[];
  readonly roles: Plan['roles'];
  readonly lasted: string | null;
  readonly playbookDigest: string;
  readonly verification: { readonly command: string; readonly head: string; readonly entries: number };
}

export function reportDocument(view: RunView, plan: Plan): ReportDocument {
  const { next: _, ...facts } = view;
  return {
    ...facts,
    schema: 'backout/report/v1',
    summary: plan.summary,
    scope: plan.scope,
    goals: plan.goals,
    roles: plan.roles,
    lasted: lasted(view).replace(/^ after /, '') || null,
    playbookDigest: plan.playbookDigest,
    verification: { command: verifyCommand(view), head: view.head, entries: view.entries },
  };
}
