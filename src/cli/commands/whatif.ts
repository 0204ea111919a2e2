/** `backout whatif`: the plan walked through every failure in simulated time; nothing is touched. */
import { Fault } from '../../kernel/fault.ts';
import { planDigest } from '../../plan/digest.ts';
import { allSteps, type Plan } from '../../plan/plan.ts';
import { lookAtHome } from '../../runtime/home/home.ts';
import { type WhatIfDocument, type WhatIfFormat, whatIfFormats, whatIfPage } from '../../views/whatif.ts';
import { grouped, whatIfProgress } from '../../views/whatif-progress.ts';
import { mostPairs, whatIf } from '../../whatif/what-if.ts';
import { loadPlanAssuming } from '../assume-parameters.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation } from '../invocation.ts';
import { storedTimes } from '../known-times.ts';
import { printDiagnostics } from '../lint-output.ts';
import { textOptions } from '../text-options.ts';
import { surroundings } from '../whatif-surroundings.ts';

/** So many pairs are walked in about two minutes. */
const mostPairsWalked = 50_000;

export const run: CommandRun = async (call, surface) => {
  const format = formatOf(call);
  const planned = await loadPlanAssuming(call, surface);
  if (!planned.ok) {
    printDiagnostics(planned.error, surface);
    return exit.usage;
  }
  const { plan, assumed, undecided } = planned.value;
  const only = onlyOf(call, plan);
  const { estimates } = storedTimes(lookAtHome(undefined, surface.env), plan);
  const result = whatIf(plan, {
    ...(await surroundings(planned.value, estimates)),
    depth: depthOf(call, plan, only),
    only,
    progress: whatIfProgress(
      () => performance.now(),
      (line) => surface.err(`${line}\n`),
    ),
  });
  const document: WhatIfDocument = { plan, digest: planDigest(plan), assumed, undecided, ...result };
  for (const part of whatIfPage(document, format, textOptions(process.stdout, surface))) surface.out(part);
  return result.findings.length === 0 ? exit.backedOut : exit.failed;
};

function formatOf(call: Invocation): WhatIfFormat {
  const format = call.flag('format') ?? (call.has('json') ? 'json' : 'text');
  const known = whatIfFormats.find((each) => each === format);
  if (known !== undefined) return known;
  throw new Fault('usage', `--format ${format} is not known`, `It is one of: ${whatIfFormats.join(', ')}`);
}

function onlyOf(call: Invocation, plan: Plan): ReadonlySet<string> | null {
  const wanted = call.flags('step');
  const known = new Set([...allSteps(plan)].map(({ id }) => id));
  const foreign = wanted.find((id) => !known.has(id));
  if (foreign !== undefined)
    throw new Fault('usage', `--step ${foreign}: the plan has no such step`, `It has: ${[...known].join(', ')}`);
  return wanted.length === 0 ? null : new Set(wanted);
}

function depthOf(call: Invocation, plan: Plan, only: ReadonlySet<string> | null): 'single' | 'pairs' {
  if (!call.has('pairs')) return 'single';
  const pairs = mostPairs(plan, only);
  if (pairs <= mostPairsWalked) return 'pairs';
  const message = `--pairs: this plan has up to ${grouped(pairs)} pairs of failures, more than the ${grouped(mostPairsWalked)} that are walked in one go`;
  throw new Fault('usage', message, 'Name the steps whose failures matter: --pairs --step restore-db --step open-shop');
}
