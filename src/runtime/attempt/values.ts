/** The values of one attempt's expressions. What they may see is put together only when an expression asks. */
import { closing, failureWords } from '../../engine/ending.ts';
import type { Context } from '../../engine/state.ts';
import { truthOf } from '../../engine/truth.ts';
import { doingNow, doneSoFar, instantWords, missedNow, nextAfterThis } from '../../engine/update-words.ts';
import { nextUpdateOf } from '../../engine/updates.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Scope } from '../../playbook/scope.ts';
import type { RunSetting } from './setting.ts';

export class Values {
  private readonly setting: RunSetting;
  private readonly context: Context;
  private readonly step: string | null;
  private known: Scope | undefined;

  /** `step` is the one that is filled in: a regular update speaks to its own audience. */
  constructor(setting: RunSetting, context: Context, step: string | null = null) {
    this.setting = setting;
    this.context = context;
    this.step = step;
  }

  evaluate(expression: string): Result<Json, string> {
    return this.setting.filler.evaluate(expression, this.scope());
  }

  fill(template: string): Result<string, string> {
    return template.includes('${{') ? this.setting.filler.fill(template, this.scope()) : ok(template);
  }

  fillValue(value: Json): Result<Json, string> {
    return JSON.stringify(value).includes('${{') ? this.setting.filler.fillValue(value, this.scope()) : ok(value);
  }

  private scope(): Scope {
    this.known ??= scopeOf(this.setting, this.context, this.step);
    return this.known;
  }
}

function scopeOf(setting: RunSetting, context: Context, step: string | null): Scope {
  const { plan } = setting;
  const steps: Record<string, { readonly outputs: { readonly [key: string]: string } }> = {};
  for (const [id, state] of context.steps.entries()) steps[id] = { outputs: state.outputs };
  return {
    params: plan.params,
    secrets: Object.fromEntries(setting.secrets),
    steps,
    run: { ...runFacts(setting, context), ...progressOf(context, step) },
    change: plan.change,
    roles: plan.roles as unknown as JsonObject,
  };
}

/** What a message may say of the run: who, since when, how it ends, what is true, and the head that proves it. */
function runFacts(setting: RunSetting, context: Context): JsonObject {
  const { plan, run, mode, began } = setting;
  const end = context.place === 'escalate' || context.place === 'announce' ? closing(context).end : '';
  const failure = failureWords(context) ?? context.stop?.reason ?? '';
  const facts = {
    id: run,
    mode,
    playbook: plan.name,
    system: plan.system,
    ...began,
    end,
    failure,
    head: setting.head(),
  };
  return { ...facts, ...truthOf(context) };
}

/** How it stands, for regular updates, and for any other message that wants to say it. */
function progressOf(context: Context, step: string | null): JsonObject {
  return {
    doing: doingNow(context),
    done: doneSoFar(context),
    next: nextAfterThis(context),
    nextUpdate: nextUpdateWords(context, step),
    missed: missedNow(context),
  };
}

/** While it is being told how it ended nothing more is promised, but by an update that is sent all the same. */
function nextUpdateWords(context: Context, step: string | null): string {
  const isTold = context.place === 'announce' || context.place === 'escalate';
  if (isTold && context.index.get(step ?? '')?.place !== 'updates') return '';
  const at = nextUpdateOf(context, step);
  return at === null ? '' : `${instantWords(at, context.now)}, if it still lasts then`;
}
