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
  /** The most rounds of any measure; undefined: as many as each measure asks for. */
  readonly rounds: number | undefined;
  /** Seconds before one measure is cut short, with at least three rounds done. */
  readonly seconds: number;
}

export const usage = `usage: npm run bench -- [--quick] [--only NAME,…] [--json FILE] [--dir FOLDER]
         [--rounds N] [--seconds N]
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
      rounds: { type: 'string' },
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
    rounds: quick || values.rounds !== undefined ? above0('rounds', values.rounds ?? '3') : undefined,
    seconds: above0('seconds', values.seconds ?? (quick ? '10' : '90')),
  };
}

function measureName(text: string): MeasureName {
  const name = measureNames.find((known) => known === text);
  if (name === undefined) throw new Error(`there is no measure "${text}"; there are: ${measureNames.join(', ')}`);
  return name;
}

function above0(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} ${text}: a number above 0 is needed`);
}
