/** A double of helm: an executable that keeps its releases in a file, which the test reads and writes. */
import { type Double, programDouble } from './doubles/double.ts';

export interface HelmRevision {
  readonly revision: number;
  readonly updated: string;
  readonly status: string;
  readonly chart: string;
  readonly app_version: string;
  readonly description: string;
  readonly manifest: string;
}

export interface HelmState {
  /** By `namespace/name`, oldest first. */
  readonly releases: { readonly [name: string]: readonly HelmRevision[] };
  readonly contexts: readonly string[];
  readonly version: string;
  readonly reachable: boolean;
  /** Why a rollback fails while it waits. */
  readonly failing: string | null;
  /** A rollback says that it was a success, and does nothing. */
  readonly lazy: boolean;
  /** A rollback does not end once it is pending. */
  readonly hang: boolean;
  readonly calls: readonly (readonly string[])[];
}

const calm: HelmState = {
  releases: {},
  contexts: ['test'],
  version: 'v3.14.2+gc309b6f',
  reachable: true,
  failing: null,
  lazy: false,
  hang: false,
  calls: [],
};

export const helmDouble = (folder: string): Double<HelmState> => programDouble('helm', folder, calm);

/** Revisions by their status, oldest first, e.g. `superseded`, `deployed`. */
export function revisionsOf(...statuses: readonly string[]): readonly HelmRevision[] {
  return statuses.map((status, index) => ({
    revision: index + 1,
    updated: '2026-11-22T03:00:00.123456789+01:00',
    status,
    chart: `shop-1.${index}.0`,
    app_version: `1.${index}`,
    description: index === 0 ? 'Install complete' : 'Upgrade complete',
    manifest: `---\n# Source: shop/templates/web.yaml\nimage: shop:${index + 1}\n`,
  }));
}
