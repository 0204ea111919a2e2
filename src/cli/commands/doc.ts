/** `backout doc`: the plan as the document that is attached to the change record; nothing is touched. */
import { extname, join, resolve } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Plan } from '../../plan/plan.ts';
import { type DocumentFormat, documentFormats, documentPage } from '../../views/document.ts';
import { documentView } from '../../views/document-view.ts';
import { loadPlanAssuming } from '../assume-parameters.ts';
import { documentFacts } from '../document/facts.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { printDiagnostics } from '../lint-output.ts';
import { refuseInput, writeOutput } from '../write-output.ts';

export const run: CommandRun = async (call, surface) => {
  const format = formatOf(call);
  if (call.args[0] === undefined) throw new Fault('usage', 'no playbook is named', 'Write: backout doc playbook.yaml');
  const planned = await loadPlanAssuming(call, surface);
  if (!planned.ok) {
    refuseChange(planned.error, call.args[0]);
    printDiagnostics(planned.error, surface);
    return exit.usage;
  }
  refuseInputs(planned.value.plan, call, surface);
  const facts = await documentFacts(planned.value, call, surface);
  const page = documentPage(documentView(facts), format);
  const assumed = Object.keys(planned.value.assumed);
  if (assumed.length > 0)
    surface.err(
      `Values stand in for parameters that were not given, and the document says so: ${assumed.join(', ')}\n`,
    );
  write(page, call, surface);
  return exit.backedOut;
};

/** An implementation plan has no document of its own: it is part of the one of its backout. */
function refuseChange(diagnostics: readonly Diagnostic[], file: string): void {
  if (!diagnostics.some(({ rule }) => rule === 'wrong-kind')) return;
  throw new Fault(
    'usage',
    `${file} is a change, not a playbook`,
    `Write the document of the playbook that takes it back, with --change ${file}; where there is none yet: backout derive ${file} --output playbook.yaml`,
  );
}

function formatOf(call: Invocation): DocumentFormat {
  const format = call.flag('format') ?? (call.has('json') ? 'json' : formatOfName(call.flag('output')));
  const known = documentFormats.find((each) => each === format);
  if (known !== undefined) return known;
  throw new Fault('usage', `--format ${format} is not known`, `It is one of: ${documentFormats.join(', ')}`);
}

/** The file's name says it where nothing else does. */
function formatOfName(file = ''): DocumentFormat {
  const ending = extname(file).slice(1).toLowerCase();
  const known = documentFormats.find((each) => each === ending);
  if (known !== undefined || ending === '') return known ?? 'md';
  const forms = documentFormats.join(', ');
  const remedy = `End it with one of ${forms}, or say --format. A PDF is printed from the HTML by a browser.`;
  throw new Fault('usage', `-o ${file}: a document is not written as ${ending}`, remedy);
}

function write(page: string, call: Invocation, surface: Surface): void {
  const file = call.flag('output');
  if (file === undefined) return surface.out(page);
  writeOutput(resolve(surface.cwd, file), page);
  surface.err(`Wrote ${file}.\n`);
}

/** With a long plan the document takes a while: a name that will not do is refused before. */
function refuseInputs({ playbookFile, folder, files }: Plan, call: Invocation, { cwd }: Surface): void {
  const file = call.flag('output');
  if (file === undefined) return;
  const named = [call.flag('change'), call.flag('params-file')].flatMap((each) => (each === undefined ? [] : [each]));
  const inputs = [playbookFile, join(folder, 'change.yaml'), ...files.map(({ source }) => source)];
  refuseInput(resolve(cwd, file), [...inputs, ...named.map((each) => resolve(cwd, each))]);
}
