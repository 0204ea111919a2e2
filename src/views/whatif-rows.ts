/** Rows that say the same of the same step, taken together: what people read is what differs. */
import type { Row } from '../whatif/row.ts';

export interface RowGroup {
  readonly rows: readonly [Row, ...Row[]];
}

/** Same step, same end, same truth, same people: one group, in the order of its first row. */
export function grouped(rows: readonly Row[]): readonly RowGroup[] {
  const groups = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const { step, also, end, truth, told, leftOut, mustAct } = row;
    const key = JSON.stringify([step, also, end, truth, told, leftOut, mustAct]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [row]);
    else known.push(row);
  }
  return [...groups.values()].map((group) => ({ rows: group }));
}
