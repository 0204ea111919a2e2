/** The document's blocks as plain text, for fields that know no markup, and no longer than such a field may be. */
import { type Block, type Cell, cellLines, type Section } from './doc-block.ts';
import { visible, visibleCode } from './visible.ts';

export function plainSections(sections: readonly Section[]): string {
  return sections
    .map(({ title, blocks }) => [title.toUpperCase(), ...blocks.flatMap(plainBlock)].join('\n'))
    .join('\n\n');
}

function plainBlock(block: Block): readonly string[] {
  switch (block.kind) {
    case 'text':
      return block.text.trim().split('\n').map(visible);
    case 'warning':
      return [`NOTE: ${visible(block.text)}`];
    case 'list':
      return block.items.map((item) => `- ${visible(item)}`);
    case 'heading':
      return ['', visible(block.text)];
    case 'code':
      return block.lines.map((line) => `    ${visibleCode(line)}`);
    case 'facts':
      return block.rows.map(([name, value]) => `${visible(name)}: ${cellText(value)}`);
    case 'table':
      return block.rows.map(
        (cells) =>
          `- ${cells
            .map(cellText)
            .filter((text) => text !== '')
            .join('; ')}`,
      );
  }
}

const cellText = (cell: Cell): string => cellLines(cell).map(visible).join(' ');

/** The first of the texts that fits, else as many lines of the last as do, and that there are more. */
export function firstThatFits(texts: readonly string[], most: number): string {
  return texts.find((text) => text.length <= most) ?? cutAtLine(texts.at(-1) ?? '', most);
}

function cutAtLine(text: string, most: number): string {
  const lines = text.split('\n');
  const endings = (left: number): string => `\n… ${left} more lines: see the attached document.`;
  let kept = 0;
  let length = endings(lines.length).length;
  while (kept < lines.length && length + (lines[kept]?.length ?? 0) + 1 <= most) {
    length += (lines[kept]?.length ?? 0) + 1;
    kept += 1;
  }
  return `${lines.slice(0, kept).join('\n')}${endings(lines.length - kept)}`;
}
