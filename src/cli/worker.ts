/**
 * The worker's entry point: an adapter's long work, as a step process. Owns standard input, output and error and
 * $BACKOUT_OUTPUT; what is done is the adapter's `work.ts`.
 */
import { appendFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { runWorker } from '../../adapters/workers.ts';

const outputs = process.env.BACKOUT_OUTPUT;

process.exitCode = await runWorker(process.argv[2] ?? '', await text(process.stdin), {
  report: {
    line: (line) => process.stdout.write(`${line}\n`),
    output: (name, value) => {
      if (outputs !== undefined && outputs !== '') appendFileSync(outputs, `${name}=${value}\n`);
    },
  },
  trouble: (text) => process.stderr.write(`${text}\n`),
});
