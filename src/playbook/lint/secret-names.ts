/** Whether a name says that its value is a secret: `dbPassword`, `API_TOKEN`, `dbPass`, but not `tokenFile` or `compass`. */

/** What a name is about stands last; also in names that are written in one. */
const ending = /(?:passw(?:or)?d|passphrase|secret|token|credentials?|(?:api|private|access)[_-]?key)$/i;
/** Too short to be looked for inside of a word. */
const lastWord = /^(?:pass|pwd|creds?)$/i;
const inOneWord = /^(?:db|sql|mysql|redis|ldap|smtp|mail|user|admin|root|ssh|api)(?:pass|pwd|pw|creds?)$/i;
/** `firstPass`: one of several rounds. */
const ofRounds = /^(?:first|second|third|last|next|single|by|max|min)$/i;
/** The shell keeps its folders there. */
const folders: ReadonlySet<string> = new Set(['PWD', 'OLDPWD']);

/** A place in a list, and the name of something that holds a secret already. */
const noSecret = /^(?:page|next|continuation|cursor|csrf|xsrf)[_-]?token$|(?:^|[._-])existing\w*$/i;

export function isSecretName(name: string): boolean {
  if (noSecret.test(name)) return false;
  if (ending.test(name)) return true;
  if (folders.has(name)) return false;
  const words = name.replaceAll(/([a-z0-9])(?=[A-Z])/g, '$1_').split(/[_.-]/);
  const last = words.at(-1) ?? '';
  return inOneWord.test(last) || (lastWord.test(last) && !ofRounds.test(words.at(-2) ?? ''));
}

const headers = /^(?:proxy-)?authorization$|-(?:auth|subscription|functions)-key$/i;

export function isSecretHeader(name: string): boolean {
  return headers.test(name) || isSecretName(name);
}

/** `SLACK_WEBHOOK`, `hookUrl`: who has such an address may write there. */
export function isHookName(name: string): boolean {
  return /(?:webhook|hook[_-]?ur[il])(?:[_-]?ur[il])?$/i.test(name);
}
