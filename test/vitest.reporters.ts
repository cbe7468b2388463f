/** Vitest's reporters: the usual one, and a JSON file where LAYAH_TEST_RESULTS names one (`.ci/run` counts with it). */
export function reporters(): (string | [string, { outputFile: string }])[] {
  const outputFile = process.env['LAYAH_TEST_RESULTS'];
  return outputFile === undefined ? ['default'] : ['default', ['json', { outputFile }]];
}
