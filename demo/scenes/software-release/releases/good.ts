/** The release of the scene that works: when it starts it does nothing to the files of users. */
export function start(): void {}
