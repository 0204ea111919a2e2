/** What may stand beside `hosts`, and where the hosts come from. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { StepSite } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import type { Examined } from '../examined.ts';

export function checkHosts({ document, sites }: Examined): readonly Diagnostic[] {
  return sites
    .filter(({ step }) => step.hosts !== undefined)
    .flatMap((site) => [...checkAction(document, site), ...checkSource(document, site)]);
}

function checkAction(document: PlaybookDocument, { step, path, id }: StepSite): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const refuse = (key: string, message: string, remedy: string) =>
    found.push(document.error('not-on-hosts', [...path, key], message, remedy));
  if (step.manual !== undefined)
    refuse('hosts', `hosts means nothing in step ${id}, which a person does`, 'Remove it.');
  if (step.uses !== undefined && step.uses !== 'command')
    refuse(
      'uses',
      `step ${id}: ${step.uses} works from here, not on hosts`,
      'Remove hosts, or use run, script or command.',
    );
  if (step.script !== undefined && !step.script.endsWith('.sh')) {
    const remedy = 'Name a shell script, `….sh`; its first line (#!/bin/bash) is obeyed. zx is not on the hosts.';
    refuse('script', `step ${id}: a script on hosts must be a shell script, and ${step.script} is none`, remedy);
  }
  if (step.until !== undefined) {
    const remedy = 'Use retry: it asks only those hosts again that have not succeeded.';
    refuse('until', `step ${id}: until cannot be used with hosts`, remedy);
  }
  return found;
}

const sources = ['list', 'file', 'command'] as const;

function checkSource(document: PlaybookDocument, { step, path, id }: StepSite): readonly Diagnostic[] {
  const { hosts } = step;
  if (typeof hosts !== 'object' || Array.isArray(hosts)) return [];
  const given = sources.filter((key) => Object.hasOwn(hosts, key));
  const here = [...path, 'hosts'];
  if (given.length === 0)
    return [
      document.error(
        'no-hosts',
        here,
        `hosts of step ${id} names none`,
        'Give it exactly one of list, file and command.',
        'key',
      ),
    ];
  const extra = given.slice(1).map((key) => {
    const message = `hosts of step ${id} has both ${given[0]} and ${key}`;
    return document.error('two-sources', [...here, key], message, 'Keep exactly one of list, file and command.', 'key');
  });
  if (!Object.hasOwn(hosts, 'groups') || !given.includes('list')) return extra;
  const message = `groups means nothing in step ${id}, which lists its hosts`;
  return [
    ...extra,
    document.error('misplaced-key', [...here, 'groups'], message, 'Remove it; it belongs to file and command.', 'key'),
  ];
}
