/** What stands on a terminal after the writes, as a small terminal of our own reads them. */
import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { replay } from '../../src/engine/replay.ts';
import { unpainted } from '../../src/views/colour.ts';
import { createLive } from '../../src/views/live.ts';
import { createScreen } from '../../src/views/screen.ts';
import { at, entriesOf, failed, shopPlan, untilRestore } from './scene.ts';

/** Understands what screen.ts writes and nothing else: an unknown sequence is a fault. */
class FakeTerminal extends EventEmitter {
  columns = 80;
  rows = 24;
  lines: string[] = [''];
  private row = 0;
  private column = 0;

  write(text: string): boolean {
    for (const part of text.match(/\x1b\[[?\d]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+|./gs) ?? []) this.put(part);
    return true;
  }

  private put(part: string): void {
    const line = this.lines[this.row] ?? '';
    if (part === '\n') {
      this.row += 1;
      this.column = 0;
      if (this.row === this.lines.length) this.lines.push('');
    } else if (part === '\r') this.column = 0;
    else if (part === '\x1b[K') this.lines[this.row] = line.slice(0, this.column);
    else if (part === '\x1b[J') this.lines = [...this.lines.slice(0, this.row), line.slice(0, this.column)];
    else if (/^\x1b\[\d+A$/.test(part)) this.row -= Number(part.slice(2, -1));
    else if (part === '\x1b[?7l' || part === '\x1b[?7h') return;
    else if (part.startsWith('\x1b')) throw new Error(`unknown sequence ${JSON.stringify(part)}`);
    else {
      this.lines[this.row] = line.slice(0, this.column) + part + line.slice(this.column + part.length);
      this.column += part.length;
    }
    if (this.row < 0) throw new Error('moved above the first line');
  }
}

test('a block is replaced in place, whether it grows or shrinks', () => {
  const terminal = new FakeTerminal();
  terminal.write('$ backout run\n');
  const screen = createScreen(terminal);
  for (const block of [['one'], ['one is longer', 'two', 'three'], ['short']]) {
    screen.draw(block);
    expect(terminal.lines).toEqual(['$ backout run', ...block, '']);
  }
});

test('what stands above stays', () => {
  const terminal = new FakeTerminal();
  const screen = createScreen(terminal);
  screen.draw(['block', 'second']);
  screen.draw(['block 2', 'second'], ['restore-db failed', '| why']);
  screen.draw(['block 3']);
  expect(terminal.lines).toEqual(['restore-db failed', '| why', 'block 3', '']);
});

test('nothing is written when nothing changed', () => {
  const terminal = new FakeTerminal();
  const screen = createScreen(terminal);
  screen.draw(['block']);
  terminal.lines = ['untouched'];
  screen.draw(['block']);
  expect(terminal.lines).toEqual(['untouched']);
});

test('a terminal that became narrower has wrapped the block: all of it is replaced', () => {
  const terminal = new FakeTerminal();
  const screen = createScreen(terminal);
  screen.draw(['0123456789']);
  terminal.columns = 5;
  terminal.lines = ['01234', '56789', ''];
  terminal.write('\n');
  screen.draw(['new']);
  expect(terminal.lines[0]).toBe('new');
});

function entries(events: typeof untilRestore) {
  return entriesOf(events).map((entry, index) => ({ ...entry, v: 1 as const, seq: index + 1, time: '', prev: '' }));
}

test('the live view shows the run as it stands, and keeps failures above it', () => {
  const terminal = new FakeTerminal();
  let now = at(2);
  const live = createLive({ terminal, wall: { now: () => now }, paint: unpainted, zone: 'utc', tickMs: 1e9 });
  const plan = shopPlan();
  const events = [...untilRestore, failed(14, 'restore-db', 12_400)];
  live.recorded(entries(untilRestore), replay(plan, untilRestore).context);
  expect(terminal.lines[1]).toBe('Running restore-db (owner dba, attempt 1 of 3) for 0 ms.');
  now = at(14);
  live.recorded(entries(events).slice(-1), replay(plan, events).context);
  live.close();
  expect(terminal.lines[0]).toMatch(/^14:00:14 restore-db {3}failed: exit code 3 after 12\.4 s \(attempt 1 of 3\)/);
  expect(terminal.lines[1]).toMatch(/^ {11}\| pg_restore: error/);
  expect(terminal.lines[3]).toMatch(/^Retrying restore-db/);
  expect(terminal.listenerCount('resize')).toBe(0);
});

test('a terminal that goes away ends the view and not the run', () => {
  const terminal = new FakeTerminal();
  const live = createLive({ terminal, wall: { now: () => at(2) }, paint: unpainted, zone: 'utc', tickMs: 1e9 });
  terminal.emit('error', new Error('EIO'));
  terminal.write = () => {
    throw new Error('written to a lost terminal');
  };
  live.recorded(entries(untilRestore), replay(shopPlan(), untilRestore).context);
  live.close();
  expect(terminal.lines).toEqual(['']);
});
