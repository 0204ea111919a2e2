/** `backout report`: evidence for the change record. */
import { Fault } from '../../kernel/fault.ts';
import { lookAtHome } from '../../runtime/home/home.ts';
import { type ReportFormat, reportFormats, reportText } from '../../views/report.ts';
import { takenBackSince } from '../change/taken-back-since.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import { meantRun, readRun, viewOf } from '../known-run.ts';

export const run: CommandRun = async (call, surface) => {
  const format = call.flag('format') ?? 'md';
  if (!isFormat(format))
    throw new Fault('usage', `--format ${format} is not known`, `It is one of: ${reportFormats.join(', ')}`);
  const home = lookAtHome(call.flag('home'), surface.env);
  const id = meantRun(home, call.args[0]);
  if (id === undefined) throw new Fault('usage', `there is no run in ${home.path}`);
  const known = readRun(home, id);
  surface.out(reportText(viewOf(known, Date.now(), takenBackSince(home, known)), known.plan, format));
  return exit.backedOut;
};

function isFormat(text: string): text is ReportFormat {
  return (reportFormats as readonly string[]).includes(text);
}
