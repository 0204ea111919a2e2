/** The values of one attempt's expressions. What they may see is put together only when an expression asks. */
import { closing, failureWords } from '../../engine/ending.ts';
import type { Context } from '../../engine/state.ts';
import { truthOf } from '../../engine/truth.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Scope } from '../../playbook/scope.ts';
import type { RunSetting } from './setting.ts';

export class Values {
  private readonly setting: RunSetting;
  private readonly context: Context;
  private known: Scope | undefined;

  constructor(setting: RunSetting, context: Context) {
    this.setting = setting;
    this.context = context;
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
    this.known ??= scopeOf(this.setting, this.context);
    return this.known;
  }
}

function scopeOf(setting: RunSetting, context: Context): Scope {
  const { plan } = setting;
  const steps: Record<string, { readonly outputs: { readonly [key: string]: string } }> = {};
  for (const [id, state] of context.steps.entries()) steps[id] = { outputs: state.outputs };
  return {
    params: plan.params,
    secrets: Object.fromEntries(setting.secrets),
    steps,
    run: runFacts(setting, context),
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
