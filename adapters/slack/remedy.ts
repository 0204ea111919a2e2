import type { Refusal } from '../support/api.ts';

const unknownChannel = 'Correct `channel`, or let the app into it: `/invite @app` in a private channel.';
const noToken = 'Correct `token`: install the app into the workspace again and take its bot token.';
const remedies: readonly (readonly [RegExp, string])[] = [
  [/no_service|no_team|invalid_token|user_not_found/, 'Make a new incoming webhook in Slack, and correct `url`.'],
  [/channel_not_found/, unknownChannel],
  [/not_in_channel/, 'Let the app into the channel: type `/invite @app` there.'],
  [/is_archived/, 'The channel is archived: name another one.'],
  [/action_prohibited|restricted_action|posting_to_general/, 'Ask a workspace admin to let the app post there.'],
  [/invalid_auth|not_authed|token_revoked|token_expired|account_inactive/, noToken],
  [/missing_scope|not_allowed_token_type|no_permission/, 'Give the app the scope chat:write, and install it again.'],
];

export function remedyFor({ reason, status, again }: Refusal): string {
  const known = remedies.find(([words]) => words.test(reason))?.[1];
  if (known !== undefined) return known;
  if (status === null) return 'See that this machine reaches Slack, or tell people another way.';
  return again ? 'Slack has trouble: try again later, or tell people another way.' : 'Correct the step.';
}
