import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { reporters } from './vitest.reporters.ts';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts', 'test/integration/**/*.test.ts'],
    testTimeout: 30_000,
    // No test changes what others see, so a process may run several files.
    isolate: false,
    maxWorkers: '100%',
    reporters: reporters(),
  },
});
