/** The change's window as the document tells it: where it was extended, from when to when, by whom and why. */
import type { WindowDecision } from '../journal/window-decision.ts';
import { rfc3339 } from './clock-time.ts';
import { minute } from './doc-minute.ts';
import { personName } from './person-name.ts';

export interface ExtensionView {
  /** Instants in RFC 3339; the window as the playbook has it ends at `planned`. */
  readonly planned: string;
  readonly until: string;
  readonly decidedAt: string;
  readonly by: string;
  readonly reason: string;
}

export function extensionView(extended: WindowDecision | null): ExtensionView | null {
  if (extended?.until == null) return null;
  const { planned, until, at, by, reason } = extended;
  return { planned: rfc3339(planned), until: rfc3339(until), decidedAt: rfc3339(at), by: personName(by), reason };
}

export function windowWords(windowEnds: string | null, extension: ExtensionView | null): readonly string[] {
  if (extension === null) return [minute(windowEnds) ?? 'not stated'];
  const { planned, until, decidedAt, by, reason } = extension;
  return [
    `${minute(until)}: extended`,
    `As planned it ended ${minute(planned)}. Extended by ${by} on ${minute(decidedAt)}. Reason: ${reason}`,
  ];
}
