/*
 * layah explain: which component a path belongs to, which layer holds it, and why.
 */
import type { ExplainReport } from '../model/explain-report.ts';
import type { ExplainOptions } from '../model/inspect-options.ts';
import { explainInImage } from './explain-image.ts';
import { explainInRootfs } from './explain-rootfs.ts';
import { withSelectedImage } from './open-selected-image.ts';
import type { RunContext } from './run.ts';

/** @throws LayahError `usage` when nothing is at the path. */
export async function runExplain(options: ExplainOptions, context: RunContext): Promise<ExplainReport> {
  if (options.kind === 'rootfs') return explainInRootfs(options, context);
  return withSelectedImage(options.image, context, (store, image) =>
    explainInImage({ store, image }, options, context),
  );
}
