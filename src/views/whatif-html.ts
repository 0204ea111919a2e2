/** A what-if examination as one HTML file that needs nothing else: picture, findings, table. */
import { allSteps, type PlannedStep } from '../plan/plan.ts';
import type { Finding } from '../whatif/finding.ts';
import type { Row } from '../whatif/row.ts';
import { html } from './html-text.ts';
import { planPicture } from './plan-picture.ts';
import type { WhatIfDocument } from './whatif.ts';
import { type GroupWords, groupWords } from './whatif-group.ts';
import { assumptionWords, conditionWords, countWords, untroubledWords } from './whatif-head.ts';
import { grouped } from './whatif-rows.ts';
import { whatIfStyle } from './whatif-style.ts';

const headings = ['If', 'The run', 'True then', 'Told', 'Who must act', 'After'];

export function whatIfHtml(document: WhatIfDocument): string {
  const { plan, findings, digest } = document;
  const marked = new Set(findings.flatMap(({ step }) => (step === null ? [] : [step])));
  const title = `What if: ${html(plan.name)}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${whatIfStyle}</style></head><body>
<h1>${title}</h1>
<p class="dim">System ${html(plan.system)}${plan.summary === null ? '' : `. ${html(plan.summary)}`}</p>
<p><strong>${html(countWords(document))}</strong> ${html(untroubledWords(document))}</p>
${conditionWords(document)
  .map((words) => `<p>${coded(words)}</p>`)
  .join('\n')}
<h2>Findings</h2>
${findings.length === 0 ? '<p class="good">None: whatever fails, people are told, and somebody is named.</p>' : findings.map(findingOf).join('\n')}
<h2>The plan</h2>
<div class="picture">${planPicture(plan, marked)}</div>
<h2>What each failure comes to</h2>
${table(document)}
<h2>Assumptions</h2>
<ul>${assumptionWords(document)
    .map((words) => `<li>${coded(words)}</li>`)
    .join('')}</ul>
<p class="dim">Plan digest <code>${html(digest)}</code></p>
</body></html>
`;
}

function findingOf({ rule, step, why, remedy }: Finding): string {
  const where = step === null ? '' : ` <code>${html(step)}</code>`;
  return `<div class="finding"><strong>${rule}</strong>${where}: ${coded(why)}.<br>${coded(remedy)}</div>`;
}

/** What stands in backticks is a name. */
function coded(text: string): string {
  return html(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function table({ plan, rows }: WhatIfDocument): string {
  const byStep = Map.groupBy(rows, ({ step }) => step);
  const bodies = [...allSteps(plan)].map((step) => bodyOf(step, byStep.get(step.id) ?? []));
  return `<table><thead><tr>${headings.map((each) => `<th>${each}</th>`).join('')}</tr></thead>\n${bodies.join('\n')}</table>`;
}

function bodyOf(step: PlannedStep, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const owner = step.owner === null ? 'no owner' : step.owner;
  const name = step.name === step.id ? '' : ` ${html(step.name)}`;
  const head = `<tr><th colspan="${headings.length}"><code>${html(step.id)}</code>${name} <span class="dim">${step.place}, ${html(owner)}</span></th></tr>`;
  return `<tbody>${head}${grouped(rows)
    .map((group) => rowOf(groupWords(group)))
    .join('')}</tbody>`;
}

function rowOf({ what, tone, end, leftOut, truth, ofBeginning, ofEnd, duties, span }: GroupWords): string {
  const items = duties.map((duty) => `<li>${html(duty)}</li>`).join('');
  return [
    `<tr><td>${html(what)}</td>`,
    `<td class="end ${tone}">${html(end)}${leftOut === '' ? '' : `<br><span class="dim">${coded(leftOut)}</span>`}</td>`,
    `<td>${html(truth)}</td>`,
    `<td>of the beginning: ${html(ofBeginning)}<br><span${ofEnd === 'nobody' ? ' class="bad"' : ''}>of the end: ${html(ofEnd)}</span></td>`,
    `<td>${items === '' ? 'nobody' : `<ul>${items}</ul>`}</td>`,
    `<td class="after">${span}</td></tr>`,
  ].join('');
}
