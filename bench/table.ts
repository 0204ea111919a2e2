/** The numbers for people: one table, grouped by work. */
import { isReached, type Row, type Target, type Unit } from './measures/measure.ts';

const head = ['', 'backout', 'other', 'ratio', 'half of the pairs', 'goal', 'reached'] as const;

export function table(rows: readonly Row[]): string {
  const lines = [[...head], ...rows.map(cells)];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const shown = lines.map((line) =>
    line
      .map((cell, column) => pad(cell, widths[column] ?? 0, column))
      .join('  ')
      .trimEnd(),
  );
  const [first = '', ...rest] = shown;
  const body = rows.flatMap((row, index) => {
    const isNew = rows[index - 1]?.work !== row.work;
    return [...(isNew ? ['', row.work] : []), rest[index] ?? '', ...(row.note ? [`    ${row.note}`] : [])];
  });
  return [first, ...body].join('\n');
}

function cells({ against, ours, theirs, unit, ratio, target, ...row }: Row): string[] {
  const reached = isReached({ against, ours, theirs, unit, ratio, target, ...row });
  return [
    `  ${against}`,
    quantity(ours, unit),
    quantity(theirs, unit),
    ratio === null ? '' : number(ratio.median),
    ratio === null ? '' : `${number(ratio.low)} to ${number(ratio.high)}`,
    target === null ? '' : goal(target, unit),
    reached === undefined ? '' : reached ? 'yes' : 'no',
  ];
}

function quantity(value: number | null, unit: Unit): string {
  if (value === null) return '–';
  return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ${unit}`;
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value < 0.1 ? value.toFixed(3) : value.toFixed(2);
}

function goal({ of, bound, value }: Target, unit: Unit): string {
  return `${bound === 'at most' ? '≤' : '≥'} ${value}${of === 'ours' ? ` ${unit}` : ''}`;
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
