import { LayahError } from '../model/errors.ts';
import { EMPTY_CONFIG, type ImportedConfig, parseImageConfigText } from './image-config-input.ts';
import { environmentValue, type Machine } from './machine.ts';
import { usageError } from './usage-error.ts';

export interface ConfigFlags {
  readonly config: string | undefined;
  readonly configStr: string | undefined;
}

/** The second name is chunkah's: its Containerfiles keep working. */
const CONFIG_VARIABLES = ['LAYAH_CONFIG_STR', 'CHUNKAH_CONFIG_STR'];

/**
 * The config from `--config` or `--config-str`, else from the environment, else an empty one.
 * @throws LayahError `usage`, `read-failed` or `bad-config`
 */
export function readImageConfig(flags: ConfigFlags, machine: Machine): ImportedConfig {
  if (flags.config !== undefined && flags.configStr !== undefined) {
    throw usageError('--config and --config-str cannot be given together');
  }
  if (flags.config !== undefined) return readConfigFile(flags.config, machine);
  if (flags.configStr !== undefined)
    return parseImageConfigText(flags.configStr, 'the value of --config-str');
  for (const name of CONFIG_VARIABLES) {
    const text = environmentValue(machine, name);
    if (text !== undefined) return parseImageConfigText(text, `environment variable ${name}`);
  }
  return EMPTY_CONFIG;
}

function readConfigFile(path: string, machine: Machine): ImportedConfig {
  const fromStdin = path === '-';
  const source = fromStdin ? 'standard input (--config -)' : `config file ${path}`;
  return parseImageConfigText(
    readText(source, () => (fromStdin ? machine.readStdinText() : machine.readTextFile(path))),
    source,
  );
}

function readText(source: string, read: () => string): string {
  try {
    return read();
  } catch (cause) {
    throw new LayahError({
      code: 'read-failed',
      message: `reading ${source}`,
      hint: 'Name a readable file, or use --config - to read standard input.',
      cause,
    });
  }
}
