/** How long ago, in words that suit the length: nobody wants the minutes of three months. */
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export function ageWords(ms: number): string {
  if (ms < minuteMs) return 'just now';
  if (ms < hourMs) return count(ms / minuteMs, 'minute');
  return ms < 2 * dayMs ? count(ms / hourMs, 'hour') : count(ms / dayMs, 'day');
}

function count(amount: number, unit: string): string {
  const whole = Math.floor(amount);
  return `${whole} ${unit}${whole === 1 ? '' : 's'} ago`;
}
