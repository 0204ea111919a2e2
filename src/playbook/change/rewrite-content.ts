/** A step's data with what it says of outputs put otherwise, at any depth. */
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { OutputRewriter, Replace } from './output-uses.ts';

export function rewriteContent(rewriter: OutputRewriter, content: JsonObject, replace: Replace): JsonObject {
  return Object.fromEntries(
    Object.entries(content).map(([key, member]) => {
      const bare = key === 'if' && typeof member === 'string' && !member.includes('${{');
      return [key, bare ? rewriter.expression(member, replace) : rewriteValue(rewriter, member, replace)];
    }),
  );
}

function rewriteValue(rewriter: OutputRewriter, value: Json, replace: Replace): Json {
  if (typeof value === 'string') return value.includes('${{') ? rewriter.template(value, replace) : value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => rewriteValue(rewriter, item, replace));
  return typeof value === 'object' && value !== null ? rewriteContent(rewriter, value as JsonObject, replace) : value;
}
