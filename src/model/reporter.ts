/** Where a stage tells the user something; the command line decides how it looks. */
export interface Reporter {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  /** Work done so far out of what is known, in bytes of input unless the stage counts something else. */
  progress(stage: Stage, done: number, total: number | undefined): void;
}

export type Stage = string | CountedStage;

export interface CountedStage {
  readonly name: string;
  /** What is counted, as one says it of many: `entries`. */
  readonly unit: string;
}

export const silentReporter: Reporter = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  progress: () => {},
};
