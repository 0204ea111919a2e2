/**
 * How long after SIGTERM an engine may still be there, ms. It gives itself less than 8 s; the rest is for a busy
 * machine, and far less than the minutes that the things in its way would take.
 */
export const goneMs = 20_000;
