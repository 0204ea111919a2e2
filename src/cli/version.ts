/** The package's version; the build puts the real one here. */
declare const BACKOUT_VERSION: string | undefined;

export const version: string = typeof BACKOUT_VERSION === 'string' ? BACKOUT_VERSION : '0.0.0-source';
