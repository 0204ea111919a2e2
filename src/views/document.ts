/** The document in each of its forms. */
import { documentHtml } from './doc-html.ts';
import { documentJson } from './doc-json.ts';
import { documentMarkdown } from './doc-markdown.ts';
import type { DocumentView } from './document-view.ts';

export const documentFormats = ['md', 'html', 'json'] as const;
export type DocumentFormat = (typeof documentFormats)[number];

export function documentPage(view: DocumentView, format: DocumentFormat): string {
  switch (format) {
    case 'md':
      return documentMarkdown(view);
    case 'html':
      return documentHtml(view);
    case 'json':
      return documentJson(view);
  }
}
