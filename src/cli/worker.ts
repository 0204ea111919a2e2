/**
 * The worker's entry point: long work as a step process. Owns standard input, output and error and $BACKOUT_OUTPUT;
 * what is done is an adapter's `work.ts`, or a step on many hosts. Only what is asked for is loaded.
 */
import { appendFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const name = process.argv[2] ?? '';
const order = await text(process.stdin);
process.exitCode = name === 'hosts' ? await onHosts() : await adapterWork();

async function onHosts(): Promise<number> {
  const { work } = await import('../runtime/hosts/work.ts');
  return work(order);
}

async function adapterWork(): Promise<number> {
  const { runWorker } = await import('../../adapters/workers.ts');
  const outputs = process.env.BACKOUT_OUTPUT;
  return runWorker(name, order, {
    report: {
      line: (line) => process.stdout.write(`${line}\n`),
      output: (key, value) => {
        if (outputs !== undefined && outputs !== '') appendFileSync(outputs, `${key}=${value}\n`);
      },
    },
    trouble: (said) => process.stderr.write(`${said}\n`),
  });
}
