/** What the options depend on besides the command line: values, and the three reads that options need. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As Node names it (`process.arch`): x64, arm64, ... */
  readonly architecture: string;
  readonly cpuCount: number;
  /** Whole seconds since 1970. */
  readonly nowSeconds: number;
  readonly stdoutIsTerminal: boolean;
  /** @throws the system's error. */
  readonly readTextFile: (path: string) => string;
  /** @throws the system's error. */
  readonly readStdinText: () => string;
  readonly isDirectory: (path: string) => boolean;
}

/** A variable that is set to nothing counts as not set. */
export function environmentValue(machine: Machine, name: string): string | undefined {
  const value = machine.environment[name];
  return value === '' ? undefined : value;
}
