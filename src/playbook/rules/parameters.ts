/** Declarations of parameters and secrets that can be kept. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { ParameterContent, Path } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import type { Examined } from '../examined.ts';
import { parameterFault } from '../parameter-value.ts';
import { shown } from '../schema-issues.ts';
import { patternFault } from './step-shape.ts';

export function checkParameters({ content, document }: Examined): readonly Diagnostic[] {
  const parameters = Object.entries(content.parameters ?? {});
  return [
    ...parameters.flatMap(([name, parameter]) => checkParameter(document, name, parameter)),
    ...checkSecrets({ content, document }),
  ];
}

function checkParameter(document: PlaybookDocument, name: string, parameter: ParameterContent): readonly Diagnostic[] {
  const path: Path = ['parameters', name];
  const { pattern, min, max } = parameter;
  const wrong = pattern === undefined ? undefined : patternFault(pattern);
  if (wrong !== undefined) {
    return [
      document.error(
        'bad-pattern',
        [...path, 'pattern'],
        `the pattern of parameter ${name} is no regular expression: ${wrong}`,
      ),
    ];
  }
  const found: Diagnostic[] = [];
  if (min !== undefined && max !== undefined && min > max) {
    found.push(
      document.error(
        'bad-range',
        [...path, 'min'],
        `parameter ${name} has min ${min} above max ${max}`,
        'Exchange them.',
      ),
    );
  }
  const values = [
    ['default', parameter.default] as const,
    ...(parameter.enum ?? []).map((value, index) => [index, value] as const),
  ];
  for (const [where, value] of values) {
    const rules = where === 'default' ? parameter : { ...parameter, enum: undefined };
    const fault = value === undefined ? undefined : parameterFault(rules, value);
    if (fault === undefined) continue;
    const place = where === 'default' ? [...path, 'default'] : [...path, 'enum', where];
    const what = where === 'default' ? 'default' : 'enum value';
    found.push(
      document.error(
        'bad-parameter',
        place,
        `the ${what} ${shown(value)} of parameter ${name} ${fault}`,
        quoteRemedy(parameter, value),
      ),
    );
  }
  return found;
}

function quoteRemedy(parameter: ParameterContent, value: unknown): string | undefined {
  const wantsText = (parameter.type ?? 'string') === 'string' && typeof value !== 'string';
  return wantsText ? `Quote it as it is meant: '${String(value)}', or say the type.` : undefined;
}

function checkSecrets({ content, document }: Pick<Examined, 'content' | 'document'>): readonly Diagnostic[] {
  return Object.entries(content.secrets ?? {}).flatMap(([name, secret]) => {
    const given = (['env', 'file', 'command'] as const).filter((key) => secret[key] !== undefined);
    if (given.length === 1) return [];
    const message =
      given.length === 0
        ? `secret ${name} says not where it comes from`
        : `secret ${name} has both ${given.join(' and ')}`;
    return [
      document.error('bad-secret', ['secrets', name], message, 'Give it exactly one of env, file and command.', 'key'),
    ];
  });
}
