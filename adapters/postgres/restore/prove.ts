/** Is the staged database what it should be? A program that ended well is not believed alone. */

import { faultsOfRows } from '../../support/query-expect.ts';
import { type Report, WorkFailed } from '../../support/work.ts';
import { askReadOnly } from '../query/ask.ts';
import { psql } from '../server/psql.ts';
import { type Relation, relationTypes } from './schema-scan.ts';
import { must, type Stage, untouched } from './stage-end.ts';

const proofTimeoutMs = 600_000;

const kinds: Readonly<Record<Relation, string>> = {
  TABLE: "'r', 'p'",
  VIEW: "'v'",
  'MATERIALIZED VIEW': "'m'",
  SEQUENCE: "'S'",
  'FOREIGN TABLE': "'f'",
};

/** All that the dump lists is there. */
export async function proveRelations(at: Stage): Promise<void> {
  const counts = relationTypes.map((type) => `count(*) FILTER (WHERE relkind IN (${kinds[type]}))`);
  const query = `SELECT ${counts.join(', ')} FROM pg_class c WHERE c.oid >= 16384
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e');`;
  const answer = await psql(at.client, at.name, query);
  must(at, 'could not be looked at', answer);
  const there = answer.ok ? answer.value.split('|').map(Number) : [];
  for (const [index, type] of relationTypes.entries()) {
    const wanted = at.dump.facts.relations[type];
    const found = there[index] ?? 0;
    if (found < wanted)
      throw new WorkFailed(
        `${at.name} has ${found} of the ${wanted} objects of type ${type} that the dump lists.`,
        `${untouched(at.order)} Take another dump.`,
      );
  }
}

export async function proveQueries(at: Stage, report: Report): Promise<void> {
  const { order, client, name } = at;
  for (const { query, expect } of order.proof) {
    const answer = await askReadOnly(client, { database: name, query, timeoutMs: proofTimeoutMs });
    must(at, `could not be asked ${query}`, answer);
    const faults = answer.ok ? faultsOfRows(answer.value, expect) : [];
    if (faults.length > 0)
      throw new WorkFailed(
        `The restored data are not as they should be: ${query}: ${faults.join('; ')}.`,
        `${untouched(order)} Take another dump, or correct \`proof\`.`,
      );
    report.line(`As it should be: ${query}`);
  }
}
