/** The document as one HTML file that needs nothing else: read on a screen, light or dark, and printed on A4. */
import { type Block, type Cell, cellLines, type Section } from './doc-block.ts';
import { documentSections, documentTitle } from './doc-sections.ts';
import { documentStyle } from './doc-style.ts';
import type { DocumentView } from './document-view.ts';
import { html } from './html-text.ts';

export function documentHtml(view: DocumentView): string {
  const sections = documentSections(view);
  const title = html(documentTitle(view));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${documentStyle}</style></head><body>
<h1>${title}</h1>
<nav><ol>${sections.map(({ id, title: name }) => `<li><a href="#${id}">${html(name)}</a></li>`).join('')}</ol></nav>
${sections.map(sectionOf).join('\n')}
</body></html>
`;
}

function sectionOf({ id, title, blocks }: Section): string {
  return `<section id="${id}"><h2>${html(title)}</h2>\n${blocks.map(blockOf).join('\n')}\n</section>`;
}

function blockOf(block: Block): string {
  switch (block.kind) {
    case 'text':
      return paragraphs(block.text);
    case 'warning':
      return `<p class="warning">${html(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${html(item)}</li>`).join('')}</ul>`;
    case 'heading':
      return `<h${block.depth}>${html(block.text)}</h${block.depth}>`;
    case 'code':
      return `<pre>${block.lines.map(codeLine).join('\n')}</pre>`;
    case 'facts':
      return `<table class="facts"><tbody>${block.rows.map(factOf).join('')}</tbody></table>`;
    case 'table':
      return tableOf(block.head, block.rows);
  }
}

/** A tab is a tab there. */
const codeLine = (line: string): string => line.split('\t').map(html).join('\t');

function paragraphs(text: string): string {
  const parts = text.trim().split(/\n\s*\n/);
  return parts.map((part) => `<p>${part.split('\n').map(html).join('<br>')}</p>`).join('');
}

const factOf = ([name, value]: readonly [string, Cell]): string => `<tr><th>${html(name)}</th>${cellOf(value)}</tr>`;

function tableOf(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const heads = head.map((name) => `<th>${html(name)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map(cellOf).join('')}</tr>`).join('\n');
  return `<table><thead><tr>${heads}</tr></thead><tbody>\n${body}</tbody></table>`;
}

/** Each line has the direction of its own text. */
const cellOf = (cell: Cell): string =>
  `<td>${cellLines(cell)
    .map((line) => `<div>${html(line)}</div>`)
    .join('')}</td>`;
