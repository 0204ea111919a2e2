/** What `npm run bench -- …` understands. */
import { parseArgs } from 'node:util';
import { type MeasureName, measureNames } from './measures/measure.ts';

export interface Options {
  readonly quick: boolean;
  readonly only: readonly MeasureName[];
  /** Where the numbers are written as JSON. */
  readonly json: string | undefined;
  /** The folder whose disk is measured; default the system's temporary folder. */
  readonly folder: string | undefined;
  /** Seconds before one measure is cut short, with at least three rounds done. */
  readonly seconds: number;
}

export const usage = `usage: npm run bench -- [--quick] [--only NAME,…] [--json FILE] [--dir FOLDER] [--seconds N]
  measures: ${measureNames.join(', ')}`;

/** Throws an Error whose message says what is wrong. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      json: { type: 'string' },
      dir: { type: 'string' },
      seconds: { type: 'string' },
    },
  });
  const quick = values.quick === true;
  const asked = (values.only ?? []).flatMap((names) => names.split(','));
  return {
    quick,
    only: asked.length === 0 ? measureNames : asked.map(measureName),
    json: values.json,
    folder: values.dir,
    seconds: secondsOf(values.seconds ?? (quick ? '10' : '90')),
  };
}

function measureName(text: string): MeasureName {
  const name = measureNames.find((known) => known === text);
  if (name === undefined) throw new Error(`there is no measure "${text}"; there are: ${measureNames.join(', ')}`);
  return name;
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (seconds > 0) return seconds;
  throw new Error(`--seconds ${text}: a number above 0 is needed`);
}
