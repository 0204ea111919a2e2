/** Bytes of a playbook → a document: YAML 1.2, its faults in their places. What the data means is `check.ts`'s. */
import type { Document, YAMLError } from 'yaml';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { decodePlaybook } from './decode.ts';
import { PlaybookDocument } from './document.ts';
import type { Source } from './source.ts';
import { YamlReader } from './yaml-data.ts';

/** Beyond this, further faults follow from the first ones. */
const maxFaults = 20;

export async function readPlaybook(
  file: string,
  bytes: Uint8Array,
): Promise<Result<PlaybookDocument, readonly Diagnostic[]>> {
  const decoded = decodePlaybook(file, bytes);
  if (!decoded.ok) return err([decoded.error]);
  const source = decoded.value;
  if (source.text.trim() === '') return err([emptyFile(source)]);
  const yaml = await loadYaml();
  const document: Document = yaml.parseDocument(source.text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    // 'silent' would also silence a second document
    logLevel: 'error',
  });
  const troubles = [...document.errors, ...document.warnings];
  if (troubles.length > 0) return err(troubles.slice(0, maxFaults).map((trouble) => yamlFault(source, trouble)));
  const reader = new YamlReader(yaml, document);
  const data = reader.read();
  if (reader.faults.length === 0) return ok(new PlaybookDocument(yaml, document, source, data));
  return err(
    reader.faults.slice(0, maxFaults).map(({ start, end, ...fault }) => ({
      severity: 'error',
      ...fault,
      ...source.place(start, end),
    })),
  );
}

/** A bundle gives a CommonJS package only as `default`. */
async function loadYaml(): Promise<typeof import('yaml')> {
  const loaded: typeof import('yaml') & { readonly default?: typeof import('yaml') } = await import('yaml');
  return loaded.default ?? loaded;
}

function emptyFile(source: Source): Diagnostic {
  const remedy = 'Begin with a name and one step, or let `backout init` write a playbook.';
  return { severity: 'error', rule: 'empty', message: `${source.file} is empty`, remedy };
}

const remedies: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'A playbook is one document: remove the `---` and what follows, or make it a file of its own.',
  TAB_AS_INDENT: 'Indent with spaces; YAML allows no tabs there.',
  BAD_INDENT: 'Indent the keys of one mapping by the same number of spaces.',
  MISSING_CHAR: 'Close the quote or the bracket.',
  TAG_RESOLVE_FAILED: 'Remove the tag; a playbook knows only plain YAML 1.2.',
  BLOCK_AS_IMPLICIT_KEY: 'Quote the value if it contains ": ".',
  DUPLICATE_KEY: 'Keep one of them.',
};

function yamlFault(source: Source, trouble: YAMLError): Diagnostic {
  const deep = trouble.code === 'RESOURCE_EXHAUSTION' || /call stack/.test(trouble.message);
  return {
    severity: 'error',
    rule: deep ? 'too-deep' : 'yaml',
    message: deep ? 'is nested too deeply' : `not valid YAML: ${trouble.message.replace(/; please use .*/, '')}`,
    remedy: deep
      ? 'Write it flatter.'
      : (remedies[trouble.code] ?? 'Correct the YAML here; values with ": " or " #" need quotes.'),
    ...source.place(trouble.pos[0], trouble.pos[1]),
  };
}
