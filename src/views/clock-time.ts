/** Instants for people. The zone is a parameter, so that a text is a pure function of what it is given. */

/** `local` is the zone of the machine that shows the text. */
export type Zone = 'utc' | 'local';

/** RFC 3339 in UTC with milliseconds, as the journal writes it. */
export function rfc3339(at: number): string {
  return new Date(at).toISOString();
}

/** `14:03:07`; with the day before it where `now` is given and lies on another day. */
export function clockTime(at: number | string, zone: Zone, now?: number): string {
  const [day, time] = dayAndTime(at, zone);
  return now === undefined || dayAndTime(now, zone)[0] === day ? time : `${day} ${time}`;
}

function dayAndTime(at: number | string, zone: Zone): readonly [string, string] {
  const date = new Date(at);
  const shift = zone === 'utc' ? 0 : date.getTimezoneOffset() * 60_000;
  const text = new Date(date.getTime() - shift).toISOString();
  return [text.slice(0, 10), text.slice(11, 19)];
}
