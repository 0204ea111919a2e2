/**
 * What of an attempt's key is the same for all attempts of a step in its run: what one attempt has decided and
 * recorded holds for the next. Also of a key that `fileKey` has made fit for a file's name.
 */
export function stepOf(key: string): string {
  return key.replace(/[._]\d+$/, '');
}
