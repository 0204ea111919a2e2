import type { JsonObject } from '../../../src/kernel/json.ts';
import type { Adapter } from '../../../src/ports/adapter.ts';
import { parsed } from './step.ts';

/** What a plan shows of it, as one text. */
export const described = (adapter: Adapter, given: JsonObject): string =>
  adapter.describe(parsed(adapter, given)).join('\n');
