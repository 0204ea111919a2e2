/** The house stands: a folder imports only lower ones, siblings do not see each other, nothing goes in a circle. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const levels: Readonly<Record<string, number>> = {
  kernel: 0,
  playbook: 1,
  plan: 2,
  engine: 3,
  journal: 4,
  whatif: 4,
  ports: 5,
  runtime: 6,
  views: 6,
  cli: 8,
};
/** The public library re-exports; it is above all. */
const entries = new Set(['src/index.ts']);
const pure = new Set(['kernel', 'playbook', 'plan', 'engine', 'journal', 'whatif']);
/** What a pure level may use of Node: functions of their arguments. */
const harmless = new Set(['node:buffer', 'node:crypto', 'node:path', 'node:util']);

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = globSync(['src/**/*.ts', 'adapters/**/*.ts'], { cwd: root }).sort();
const statement = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)';/gm;
const dynamic = /\bimport\(\s*'([^']+)'\s*\)/g;

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [
    ...[...text.matchAll(statement)].map(([, type, to]) => ({ to: to ?? '', typeOnly: type !== undefined })),
    ...[...text.matchAll(dynamic)].map(([, to]) => ({ to: to ?? '', typeOnly: false })),
  ];
  return found.map(({ to, typeOnly }) => ({
    from: file,
    to: to.startsWith('.') ? normalize(join(dirname(file), to)) : to,
    typeOnly,
  }));
}

const imports = files.flatMap(importsOf);
const folderOf = (file: string): string => (file.startsWith('src/') ? (file.split('/')[1] ?? '') : 'adapters');

/** Why an import may not be; undefined when it may. */
export function offence({ from, to }: Pick<Import, 'from' | 'to'>): string | undefined {
  if (entries.has(from) || !(to.startsWith('src/') || to.startsWith('adapters/'))) return undefined;
  const [a, b] = [folderOf(from), folderOf(to)];
  if (a === b) return undefined;
  if (a === 'adapters') return b === 'kernel' || b === 'ports' ? undefined : `adapters see kernel and ports, not ${b}`;
  if (b === 'adapters') return a === 'cli' ? undefined : `only cli sees adapters, not ${a}`;
  const [above, below] = [levels[a], levels[b]];
  if (above === undefined || below === undefined) return `${above === undefined ? a : b} has no level`;
  return below < above ? undefined : `${a} (${above}) may not see ${b} (${below})`;
}

describe('layers', () => {
  test('a folder imports only lower numbers', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.flatMap((each) => offence(each)?.concat(`: ${each.from} → ${each.to}`) ?? [])).toEqual([]);
  });

  test.each([
    ['src/engine/decide.ts', 'src/journal/entry.ts'],
    ['src/views/plain.ts', 'src/runtime/driver.ts'],
    ['src/runtime/driver.ts', 'adapters/http/index.ts'],
    ['adapters/http/index.ts', 'src/engine/state.ts'],
  ])('%s importing %s is an offence', (from, to) => {
    expect(offence({ from, to })).toBeDefined();
  });

  test('levels 0 to 4 touch no file system, process, network, timer, clock or randomness', () => {
    const impure = imports.filter(
      ({ from, to }) =>
        from.startsWith('src/') && pure.has(folderOf(from)) && to.startsWith('node:') && !harmless.has(to),
    );
    expect(impure).toEqual([]);
    const worldly =
      /\b(?:Date\.now|new Date\(\)|performance\.now|Math\.random|setTimeout|setInterval|process\.(?!getBuiltinModule)|randomBytes|randomUUID)\b/;
    const guilty = files
      .filter((file) => file.startsWith('src/') && pure.has(folderOf(file)))
      .filter((file) => worldly.test(withoutText(readFileSync(join(root, file), 'utf8'))));
    expect(guilty).toEqual([]);
  });

  test('nothing imports itself through others', () => {
    expect(cycles(imports.filter(({ typeOnly }) => !typeOnly))).toEqual([]);
    expect(cycles([edge('a', 'b'), edge('b', 'c'), edge('c', 'a')])).toHaveLength(1);
  });
});

function edge(from: string, to: string): Import {
  return { from, to, typeOnly: false };
}

/** Comments and string literals speak of clocks; code may not. */
function withoutText(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, '');
}

function cycles(edges: readonly Import[]): readonly string[] {
  const next = Map.groupBy(edges, ({ from }) => from);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file) || path.includes(file)) return;
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}
