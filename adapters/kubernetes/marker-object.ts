/**
 * The marker of a closed access as a ConfigMap beside the workload. Not as an annotation on it: `kubectl rollout undo`
 * replaces the annotations of a Deployment by those of the revision that it goes back to, so a marker there would be
 * lost with the restore, and an old one come back. A ConfigMap is made once or not at all, and survives that its
 * workload is replaced. Owns: that a marker, once placed, is never overwritten.
 */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { type Marker, parseMarker } from '../support/marker.ts';
import { getJson, type Kubectl, type KubectlTrouble } from './kubectl.ts';

const configMap = z.looseObject({ data: z._default(z.record(z.string(), z.string()), {}) });

/** Undefined: none is there. One that cannot be read is trouble: it must not be taken for none. */
export async function findMarker(kubectl: Kubectl, name: string): Promise<Result<Marker | undefined, KubectlTrouble>> {
  const found = await getJson(kubectl, ['configmap', name], `ConfigMap ${name}`, configMap);
  if (!found.ok) return found.error.kind === 'not-found' ? ok(undefined) : found;
  const parsed = parseMarker(found.value.data.marker ?? '', `ConfigMap ${name}`);
  if (parsed.ok) return parsed;
  const remedy = `Look at it (kubectl get configmap ${name} -o yaml); if it is worth nothing, delete it and say \`previous\`.`;
  return err({ reason: parsed.error, remedy, kind: 'other' });
}

/** The marker that stands: the one given, or the one that somebody was quicker with. */
export async function makeMarker(
  kubectl: Kubectl,
  name: string,
  given: Marker,
): Promise<Result<Marker, KubectlTrouble>> {
  const manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'backout' } },
    data: { marker: JSON.stringify(given) },
  };
  const about = `ConfigMap ${name}`;
  const made = await kubectl(['create', '--validate=false', '--filename=-'], about, JSON.stringify(manifest));
  if (made.ok) return ok(given);
  if (made.error.kind !== 'exists') return made;
  const standing = await findMarker(kubectl, name);
  if (!standing.ok) return standing;
  if (standing.value !== undefined) return ok(standing.value);
  return err({ reason: `${about} is gone again`, remedy: 'Find out who deletes it, then try again.', kind: 'other' });
}

export const dropMarker = (kubectl: Kubectl, name: string): Promise<Result<string, KubectlTrouble>> =>
  kubectl(['delete', 'configmap', name, '--ignore-not-found', '--wait=false'], `ConfigMap ${name}`);
