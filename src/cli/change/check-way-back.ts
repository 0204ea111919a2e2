/**
 * What `--backout-on-failure` needs, looked at before anything is changed: what would be refused when it is needed is
 * refused now. Outputs of steps are known only when these have run: something stands in for them here.
 */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { namesIt } from '../../playbook/change/names-it.ts';
import { asList, asMapping } from '../../playbook/change/written.ts';
import { usableSecrets } from '../ground.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { type DerivedPlaybook, deriveLoaded } from './derive-playbook.ts';
import type { LoadedChange } from './load-change.ts';
import { planBack } from './plan-change.ts';

/** Every fault of the whole way back; throws a Fault (usage) where a secret of it is missing. */
export async function wayBackFaults(
  loaded: LoadedChange,
  irreversible: 'ask' | 'refuse',
  call: Invocation,
  surface: Surface,
): Promise<readonly Diagnostic[]> {
  const derived = await deriveLoaded(loaded, undefined, irreversible);
  if (!derived.ok) return derived.error;
  if (derived.value.playbook.playbook === undefined) return [];
  const planned = await planBack(derived.value, withStandIns(call, derived.value), surface);
  if (!planned.ok) return planned.error.filter((fault) => !isOfStandIn(fault, derived.value));
  const { plan } = planned.value;
  await usableSecrets(plan, surface);
  return [];
}

function withStandIns(call: Invocation, { standIns }: DerivedPlaybook): Invocation {
  const more = standIns.map((name) => `${name}=1`);
  return { ...call, flags: (name) => (name === 'param' ? [...call.flags(name), ...more] : call.flags(name)) };
}

/** A fault of a step that uses what stands in may be the stand-in's own. */
function isOfStandIn({ range }: Diagnostic, { standIns, playbook }: DerivedPlaybook): boolean {
  const restore = asMapping(asMapping(asMapping(playbook.document?.data)?.phases)?.restore);
  const long = restore !== undefined;
  const list = asList(long ? restore.steps : asMapping(asMapping(playbook.document?.data)?.phases)?.restore) ?? [];
  return list.some((step, index) => {
    const text = JSON.stringify(step);
    if (range === undefined || !standIns.some((name) => namesIt(text, 'params', name))) return false;
    const path = ['phases', 'restore', ...(long ? ['steps'] : []), index];
    const place = playbook.document?.place(path).range;
    return place?.file === range.file && place.line <= range.line && range.endLine <= place.endLine;
  });
}
