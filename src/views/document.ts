/** The document in each of its forms. */
import { documentMarkdown } from './doc-markdown.ts';
import type { DocumentView } from './document-view.ts';

export const documentFormats = ['md'] as const;
export type DocumentFormat = (typeof documentFormats)[number];

export function documentPage(view: DocumentView, format: DocumentFormat): string {
  switch (format) {
    case 'md':
      return documentMarkdown(view);
  }
}
