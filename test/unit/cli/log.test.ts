import { describe, expect, it } from 'vitest';
import { createLog, type Log, type LogSettings } from '../../../src/cli/log.ts';
import { renderBar } from '../../../src/cli/progress.ts';

const ERASE = '\r\u001b[K';
const MIB = 1024 * 1024;

interface TestLog {
  readonly log: Log;
  /** What was written since the last call. */
  readonly written: () => string;
  readonly clock: { milliseconds: number };
}

function testLog(settings: Partial<LogSettings>, isTerminal = false): TestLog {
  const written: string[] = [];
  const clock = { milliseconds: 1000 };
  const log = createLog(
    { verbosity: 0, quiet: false, format: 'text', progress: 'auto', ...settings },
    {
      write: (text) => written.push(text),
      isTerminal,
      columns: () => 100,
      nowMilliseconds: () => clock.milliseconds,
    },
  );
  return { log, written: () => written.splice(0).join(''), clock };
}

function sayAll({ log, written }: TestLog): string {
  log.reporter.debug('d');
  log.reporter.info('i');
  log.reporter.warn('w');
  log.summary(['s', ''], { layerCount: 1 });
  return written();
}

describe('messages', () => {
  it('are shown by their level', () => {
    expect(sayAll(testLog({}))).toBe('layah: i\nlayah: warning: w\ns\n\n');
    expect(sayAll(testLog({ verbosity: 1 }))).toBe('layah: i\nlayah: warning: w\ns\n\n');
    expect(sayAll(testLog({ verbosity: 2 }))).toBe('layah: debug: d\nlayah: i\nlayah: warning: w\ns\n\n');
    expect(sayAll(testLog({ quiet: true }))).toBe('layah: warning: w\n');
  });

  it('are one JSON object a line when asked', () => {
    expect(sayAll(testLog({ format: 'json' }))).toBe(
      '{"level":"info","message":"i"}\n{"level":"warning","message":"w"}\n' +
        '{"level":"info","message":"summary","layerCount":1}\n',
    );
  });

  it('do not let names control the terminal', () => {
    const test = testLog({});
    test.log.reporter.warn('\u001b[31mred\u0007');
    expect(test.written()).toBe('layah: warning: \\x1b[31mred\\x07\n');
  });
});

describe('the bar on a terminal', () => {
  it('is drawn at most ten times a second, and erased before messages and at the end', () => {
    const test = testLog({}, true);
    test.log.reporter.progress('layers', 0, 4 * MIB);
    expect(test.written()).toBe(`${ERASE}[${'-'.repeat(30)}] layers: 0 %, 0 B of 4.0 MiB`);
    test.clock.milliseconds += 99;
    test.log.reporter.progress('layers', MIB, 4 * MIB);
    expect(test.written()).toBe('');
    test.clock.milliseconds += 1;
    test.log.reporter.progress('layers', 2 * MIB, 4 * MIB);
    expect(test.written()).toBe(
      `${ERASE}[${'#'.repeat(15)}${'-'.repeat(15)}] layers: 50 %, 2.0 MiB of 4.0 MiB`,
    );
    test.log.reporter.warn('w');
    expect(test.written()).toBe(`${ERASE}layah: warning: w\n`);
    test.log.reporter.warn('w');
    expect(test.written()).toBe('layah: warning: w\n');
    test.clock.milliseconds += 100;
    test.log.reporter.progress('layers', 4 * MIB, 4 * MIB);
    test.written();
    test.log.close();
    expect(test.written()).toBe(ERASE);
    test.log.close();
    expect(test.written()).toBe('');
  });

  it('never fills a line, and leaves the bar away where there is no room', () => {
    const work = { stage: 'layers', done: 1, total: 2 };
    for (let columns = 1; columns < 120; columns++) {
      expect(renderBar(work, columns).length).toBeLessThan(columns);
    }
    expect(renderBar(work, 40)).toBe('layers: 50 %, 1 B of 2 B');
  });

  it('stays in its frame when more is done than there was', () => {
    expect(renderBar({ stage: 'layers', done: 5, total: 2 }, 100)).toContain(`[${'#'.repeat(30)}]`);
    expect(renderBar({ stage: 'layers', done: 0, total: 0 }, 100)).toContain(`[${'#'.repeat(30)}]`);
  });
});

describe('lines elsewhere', () => {
  it('are written every five seconds at most, the first after a second', () => {
    const test = testLog({});
    test.log.reporter.progress('layers', 0, 4 * MIB);
    test.clock.milliseconds += 999;
    test.log.reporter.progress('layers', MIB, 4 * MIB);
    expect(test.written()).toBe('');
    test.clock.milliseconds += 1;
    test.log.reporter.progress('layers', MIB, 4 * MIB);
    expect(test.written()).toBe('layah: layers: 25 %, 1.0 MiB of 4.0 MiB\n');
    test.clock.milliseconds += 4999;
    test.log.reporter.progress('layers', 2 * MIB, 4 * MIB);
    expect(test.written()).toBe('');
    test.clock.milliseconds += 1;
    test.log.reporter.progress('layers', 3 * MIB, 4 * MIB);
    expect(test.written()).toBe('layah: layers: 75 %, 3.0 MiB of 4.0 MiB\n');
    test.log.close();
    expect(test.written()).toBe('');
  });

  it('are written to a terminal too when asked, and as JSON', () => {
    for (const settings of [{ progress: 'plain' }, { format: 'json' }] as const) {
      const test = testLog(settings, true);
      test.clock.milliseconds += 5000;
      test.log.reporter.progress('layers', 1, 2);
      expect(test.written()).toBe(
        'format' in settings
          ? '{"level":"progress","stage":"layers","done":1,"total":2}\n'
          : 'layah: layers: 50 %, 1 B of 2 B\n',
      );
    }
  });

  it('count what a stage counts, with and without knowing how much there is', () => {
    const scan = { name: 'scan', unit: 'entries' };
    for (const [settings, known, unknown] of [
      [{}, 'layah: scan: 50 %, 1,500 of 3,000 entries\n', 'layah: scan: 1,500 entries\n'],
      [
        { format: 'json' },
        '{"level":"progress","stage":"scan","unit":"entries","done":1500,"total":3000}\n',
        '{"level":"progress","stage":"scan","unit":"entries","done":1500}\n',
      ],
    ] as const) {
      const test = testLog(settings);
      test.clock.milliseconds += 5000;
      test.log.reporter.progress(scan, 1500, 3000);
      expect(test.written()).toBe(known);
      test.clock.milliseconds += 5000;
      test.log.reporter.progress(scan, 1500, undefined);
      expect(test.written()).toBe(unknown);
    }
    const terminal = testLog({}, true);
    terminal.log.reporter.progress(scan, 1500, undefined);
    expect(terminal.written()).toBe(`${ERASE}scan: 1,500 entries`);
  });

  it('are not written when nobody wants them', () => {
    for (const settings of [{ progress: 'none' }, { quiet: true }] as const) {
      const test = testLog(settings, true);
      test.clock.milliseconds += 5000;
      test.log.reporter.progress('layers', 1, 2);
      test.log.close();
      expect(test.written()).toBe('');
    }
  });
});
