/**
 * The order of the test files: those that take longest begin first, so that none of them is left over at the end while
 * the other workers have nothing to do. A fresh clone has no times of earlier runs, by which Jest would know that.
 */
import Sequencer from '@jest/test-sequencer';

/** Half a minute and more each, the longest first. */
const slow = [
  'laws/planted-faults',
  'conformance/adapters',
  'rehearsal/scenes',
  'playbooks/many-parts',
  'demo/demo',
  'playbooks/itil-basic',
  'cli/kill',
  'playbooks/cloud-failback',
  'playbooks/datacenter-failback',
  'playbooks/software-release',
  'rehearsal/software-release',
  'laws/laws',
  'adapters/mariadb-restore-refusals',
  'communication/updates',
  'hosts/survival',
];

const place = (path) => {
  const found = slow.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
  return found === -1 ? slow.length : found;
};

export default class SlowestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => place(one.path) - place(other.path));
  }
}
