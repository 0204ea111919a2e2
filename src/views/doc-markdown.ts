/** The document as Markdown that GitHub, ServiceNow and Jira show alike: headings, tables, fences, lists and no more. */
import { type Block, type Cell, cellLines, type Section } from './doc-block.ts';
import { documentSections, documentTitle } from './doc-sections.ts';
import type { DocumentView } from './document-view.ts';
import { escapedLine, escapedMarkdown, fencedMarkdown } from './markdown.ts';

export function documentMarkdown(view: DocumentView): string {
  const blocks = [`# ${escapedMarkdown(documentTitle(view))}`, ...documentSections(view).flatMap(sectionBlocks)];
  return `${blocks.join('\n\n')}\n`;
}

function sectionBlocks({ title, blocks }: Section): readonly string[] {
  return [`## ${escapedMarkdown(title)}`, ...blocks.map(blockText)];
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return paragraph(block.text);
    case 'warning':
      return `> **Note:** ${escapedMarkdown(block.text)}`;
    case 'list':
      return block.items.map((item) => `- ${escapedLine(item)}`).join('\n');
    case 'heading':
      return `${'#'.repeat(block.depth)} ${escapedMarkdown(block.text)}`;
    case 'code':
      return fencedMarkdown(block.lines);
    case 'facts':
      return table(['', ''], block.rows);
    case 'table':
      return table(block.head, block.rows);
  }
}

/** Paragraphs of the playbook stay paragraphs. */
function paragraph(text: string): string {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((part) => part.split('\n').map(escapedLine).join('\n'))
    .join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]): string => `| ${cells.map(cellText).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

const cellText = (cell: Cell): string => cellLines(cell).map(escapedMarkdown).join('<br>');
