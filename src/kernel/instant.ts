/** Instants as people write them: RFC 3339, with their zone; the seconds may be left out. */
import { err, ok, type Result } from './result.ts';

/** Only the form; `parseInstant` also knows which days there are. */
export const instantForm =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:[Zz]|[+-](\d\d):(\d\d))$/;

/** `reason`: a clause to stand after a colon. */
export interface NoInstant {
  readonly reason: string;
  readonly remedy: string;
}

/** Ms since the epoch. Without its zone a time means another instant to everybody, and no day runs over into the next month. */
export function parseInstant(text: string): Result<number, NoInstant> {
  const parts = instantForm.exec(text);
  if (parts === null) {
    const remedy = 'Write it with its zone, for example 2026-11-22T04:00:00Z or 2026-11-22T05:00:00+01:00.';
    return err({ reason: 'it is no time with a zone', remedy });
  }
  const reason = faultOf(parts.slice(1).map((part) => Number(part ?? 0)));
  // `Date.parse` is only bound to know the capital letters.
  return reason === undefined
    ? ok(Date.parse(text.toUpperCase()))
    : err({ reason, remedy: 'Write the time that is meant.' });
}

function faultOf([year = 0, month = 0, day = 0, ...clock]: readonly number[]): string | undefined {
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = clock;
  if (month < 1 || month > 12) return `there is no month ${month}`;
  const days = daysIn(year, month);
  if (day < 1) return 'days are counted from 01';
  if (day > days) return `${padded(year, 4)}-${padded(month, 2)} has only ${days} days`;
  if (hour > 23 || minute > 59 || second > 59) return 'a day goes from 00:00:00 to 23:59:59';
  return zoneHour > 23 || zoneMinute > 59 ? 'no zone is that far from UTC' : undefined;
}

/** `Date.UTC` takes the years before 100 for those of the last century. */
function daysIn(year: number, month: number): number {
  return new Date(new Date(0).setUTCFullYear(year, month, 0)).getUTCDate();
}

const padded = (value: number, width: number): string => String(value).padStart(width, '0');
