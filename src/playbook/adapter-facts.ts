/** What a check needs to know of an adapter; an `Adapter` (ports) with `hasProbe` beside it fits. */
import type { $ZodType } from 'zod/v4/core';

export interface AdapterFacts {
  readonly name: string;
  readonly input: $ZodType;
  /** Names of input fields that may hold secrets; dotted for nested ones. */
  readonly secretFields: readonly string[];
  readonly repeatable: boolean;
  readonly readOnly: boolean;
  readonly defaultTimeoutMs: number | null;
  readonly hasProbe: boolean;
}

export type AdapterTable = ReadonlyMap<string, AdapterFacts>;
