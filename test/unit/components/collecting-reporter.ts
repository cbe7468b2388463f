import type { Reporter } from '../../../src/model/reporter.ts';

export interface CollectingReporter extends Reporter {
  readonly warnings: string[];
}

export function createCollectingReporter(): CollectingReporter {
  const warnings: string[] = [];
  return {
    warnings,
    debug: () => {},
    info: () => {},
    warn: (message) => void warnings.push(message),
    progress: () => {},
  };
}
