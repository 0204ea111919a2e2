/** P1 as far as text can hold it: nothing in a playbook may go round the gate, and the gate must exist. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { phaseContent, type StepSite, stepsOf } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import type { Examined } from '../examined.ts';

export function checkGate(examined: Examined): readonly Diagnostic[] {
  const { sites } = examined;
  const gates = sites.filter(({ place }) => place === 'disable-access' || place === 'health-checks');
  return [
    ...gates.flatMap((site) => checkGateStep(examined, site)),
    ...checkProof(examined),
    ...checkReasons(examined),
  ];
}

function checkReasons({ content, document }: Examined): readonly Diagnostic[] {
  const { withoutHealthChecks, withoutClosing } = content;
  const checks = stepsOf(phaseContent(content, 'health-checks'));
  const closing = stepsOf(phaseContent(content, 'disable-access'));
  const found: Diagnostic[] = [];
  if (withoutHealthChecks !== undefined && checks.length > 0) {
    const message = 'withoutHealthChecks is given, and there are health checks';
    found.push(document.error('needless-reason', ['withoutHealthChecks'], message, 'Remove one of the two.', 'key'));
  }
  const some = closing.find((step) => step.if === undefined || step.if === true);
  if (withoutClosing !== undefined && some !== undefined) {
    const message = 'withoutClosing is given, and a step of disable-access has no if: and so always closes access';
    found.push(document.error('needless-reason', ['withoutClosing'], message, 'Remove it.', 'key'));
  }
  return found;
}

function checkGateStep({ document }: Examined, site: StepSite): readonly Diagnostic[] {
  const { step, path, place, id } = site;
  const found: Diagnostic[] = [];
  const closes =
    place === 'disable-access'
      ? 'access must be closed before anything is restored'
      : 'health must be proven before access is opened';
  if (step.onFailure === 'continue') {
    const remedy = `Write stop or ask: ${closes}.`;
    found.push(
      document.error('gate', [...path, 'onFailure'], `step ${id} of ${place} cannot have onFailure: continue`, remedy),
    );
  }
  if (step.contingency !== undefined) {
    const remedy = `Remove it: ${closes}. Use retry, or a step of its own before it.`;
    found.push(
      document.error(
        'gate',
        [...path, 'contingency'],
        `step ${id} of ${place} cannot have a contingency`,
        remedy,
        'key',
      ),
    );
  }
  return [...found, ...checkShare(document, site, closes)];
}

/** Done on some of its hosts it would count as done, and no person would be asked. */
function checkShare(document: PlaybookDocument, { step, path, place, id }: StepSite, closes: string) {
  const { hosts } = step;
  if (typeof hosts !== 'object' || !('maxFailures' in hosts) || isNone(hosts.maxFailures)) return [];
  const message = `step ${id} of ${place} cannot have maxFailures: ${hosts.maxFailures}`;
  const remedy = `Remove it: ${closes}, on every host. With onFailure: ask a person decides about a host that fails.`;
  return [document.error('gate', [...path, 'hosts', 'maxFailures'], message, remedy)];
}

const isNone = (share: number | string | undefined): boolean =>
  share === undefined || Number.parseInt(String(share), 10) === 0;

function checkProof({ content, document }: Examined): readonly Diagnostic[] {
  const opens = stepsOf(phaseContent(content, 'enable-access')).length > 0;
  const data = document.data;
  const written = typeof data === 'object' && data !== null && 'phases' in data ? data.phases : undefined;
  const checks = stepsOf(phaseContent(content, 'health-checks')).length > 0 || isFaulty(content.phases, written);
  if (!opens || checks || content.withoutHealthChecks !== undefined) return [];
  const message = 'enable-access opens access, and no health check proves that it may';
  const remedy = 'Add a step to health-checks, or say why none is needed: withoutHealthChecks: "…".';
  return [document.error('gate', ['phases', 'enable-access'], message, remedy, 'key')];
}

/** Health checks are written, but so that the schema refused them: that is told already. */
function isFaulty(kept: object | undefined, written: unknown): boolean {
  const has = (phases: unknown) =>
    typeof phases === 'object' && phases !== null && Object.hasOwn(phases, 'health-checks');
  return has(written) && !has(kept);
}
