/** How text is laid out for whoever reads it. */

import type { Zone } from '../views/clock-time.ts';
import { paintFor } from '../views/colour.ts';
import type { TextOptions } from '../views/step-line.ts';
import type { Surface } from './invocation.ts';

const narrowest = 40;
const usual = 80;

/** People read their own clock; a pipeline's log is in UTC unless TZ is set. */
export function zoneOf(surface: Surface): Zone {
  return process.stderr.isTTY === true || surface.env.TZ !== undefined ? 'local' : 'utc';
}

export function textOptions(stream: NodeJS.WriteStream, surface: Surface, now = Date.now()): TextOptions {
  const onTerminal = stream.isTTY === true;
  const columns = onTerminal ? Math.max(narrowest, stream.columns ?? usual) : usual;
  const cutAt = onTerminal ? columns : Number.POSITIVE_INFINITY;
  return { columns, cutAt, paint: paintFor(stream, surface.env), zone: zoneOf(surface), now };
}
