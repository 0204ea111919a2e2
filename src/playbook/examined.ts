/** A checked playbook, and what the rules look at while it is checked. */
import type { AdapterTable } from './adapter-facts.ts';
import type { PlaybookContent, StepSite } from './content.ts';
import type { PlaybookDocument } from './document.ts';

export interface Playbook {
  readonly content: PlaybookContent;
  /** Says where things stand. */
  readonly document: PlaybookDocument;
}

export interface Examined extends Playbook {
  readonly sites: readonly StepSite[];
  readonly adapters: AdapterTable;
}
