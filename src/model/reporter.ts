/** Where a stage tells the user something; the command line decides how it looks. */
export interface Reporter {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  /** Work done so far out of what is known, in bytes of input. */
  progress(stage: string, done: number, total: number): void;
}

export const silentReporter: Reporter = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  progress: () => {},
};
