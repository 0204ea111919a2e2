/** `communication:` as written → the regular updates of the plan: one step for each audience, and the word to the speaker. */
import {
  alertId,
  type CommunicationContent,
  communicationSites,
  fallbackId,
  updateId,
} from '../playbook/communication.ts';
import type { PlaybookContent, StepSite } from '../playbook/content.ts';
import type { Impact, PlannedStep, PlannedUpdates } from './plan.ts';
import { ms, type Planning, planStep } from './plan-step.ts';

const defaultCadence: Readonly<Record<Impact, string>> = { low: '1h', medium: '30m', high: '15m' };

/** Undefined where the playbook has no `communication`. `risk` is the change's, where it says one. */
export function planUpdates(
  planning: Planning,
  content: PlaybookContent,
  risk: unknown,
): { readonly updates?: PlannedUpdates } {
  const { communication } = content;
  if (communication === undefined) return {};
  const impact = communication.impact ?? (isImpact(risk) ? risk : 'medium');
  const sites = new Map(communicationSites(content, planning.adapters).map((site) => [site.id, site]));
  const audiences = Object.keys(communication.audiences ?? {}).flatMap((key) =>
    planAudience(planning, communication, { key, impact, own: sites.get(updateId(key)), sites }),
  );
  const alert = sites.get(alertId);
  const speaker = communication.speaker ?? null;
  const alerts = alert === undefined ? [] : [planMessage(planning, alert, [])];
  const steps = [...audiences, ...alerts].map((step) => ({ ...step, owner: speaker }));
  return { updates: { speaker, impact, maxParallel: Math.max(1, steps.length), steps } };
}

interface Asked {
  readonly key: string;
  readonly impact: Impact;
  readonly own: StepSite | undefined;
  readonly sites: ReadonlyMap<string, StepSite>;
}

function planAudience(
  planning: Planning,
  { audiences, cadence }: CommunicationContent,
  { key, impact, own, sites }: Asked,
): readonly PlannedStep[] {
  const audience = audiences?.[key];
  if (audience === undefined || own === undefined) return [];
  const { filler } = planning;
  const path = ['communication', 'audiences', key];
  const fallback = sites.get(fallbackId(key));
  const step = planMessage(planning, own, fallback === undefined ? [] : [planMessage(planning, fallback, [])]);
  const name = filler.text(audience.name ?? key, [...path, 'name']);
  const contact = audience.contact === undefined ? null : filler.text(audience.contact, [...path, 'contact']);
  const everyMs = ms(audience.every ?? cadence?.[impact] ?? defaultCadence[impact], 1_800_000);
  return [{ ...step, name, audience: { name, contact, everyMs } }];
}

/** A message is optional by its place (P2), and holds up nothing. */
function planMessage(planning: Planning, site: StepSite, fallback: readonly PlannedStep[]): PlannedStep {
  return { ...planStep(planning, site, fallback), place: 'updates', needs: [] };
}

function isImpact(risk: unknown): risk is Impact {
  return risk === 'low' || risk === 'medium' || risk === 'high';
}
