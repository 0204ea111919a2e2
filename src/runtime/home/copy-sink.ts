/** Where the bytes go. Any rejection means: start again with `open`. */
export interface CopySink {
  /** Resolves to the offset in the journal from which to go on. */
  open(): Promise<number>;
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Lets go at once. */
  abandon(): void;
}
