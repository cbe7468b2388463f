import { chooseEngine } from '../layers/engines/choose-engine.ts';
import { describeEngine, type GzipEngine } from '../model/gzip-engine.ts';
import type { LayerOptions } from '../model/options.ts';
import type { Reporter } from '../model/reporter.ts';

/** What `--gzip-engine auto` comes to. */
export async function defaultEngine(libdeflatePath: string | undefined): Promise<GzipEngine> {
  return chooseEngine({ name: 'auto', level: undefined, libdeflatePath });
}

/** The engine of a run. It says why when another one would come first. @throws LayahError `missing-program` */
export async function selectEngine(
  { engine: request, format }: Pick<LayerOptions, 'engine' | 'format'>,
  reporter: Reporter,
): Promise<GzipEngine> {
  const engine = await chooseEngine(request);
  if (format === 'none') return engine;
  for (const reason of engine.passedOver) reporter.info(`${reason}; compressing with ${engine.name}`);
  reporter.debug(`gzip engine: ${describeEngine(engine)}, level ${engine.level}`);
  return engine;
}
