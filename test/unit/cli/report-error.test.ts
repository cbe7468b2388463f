import { describe, expect, it } from 'vitest';
import { BUILD_COMMAND } from '../../../src/cli/commands/build-flags.ts';
import { exitCodeFor, renderError } from '../../../src/cli/report-error.ts';
import { LayahError } from '../../../src/model/errors.ts';

const plain = { json: false, stacks: false, command: BUILD_COMMAND };

const cause = new Error('ENOSPC: no space left on device, write');
const failed = new LayahError({
  code: 'write-failed',
  message: 'writing the image to out.ociarchive',
  hint: 'Free some room.',
  cause,
});

describe('renderError', () => {
  it('says what failed, because of what, and what to try', () => {
    expect(renderError(failed, plain)).toBe(
      'layah: writing the image to out.ociarchive\n' +
        '  because: ENOSPC: no space left on device, write\n' +
        '  try: Free some room.\n',
    );
  });

  it('names every cause once', () => {
    const middle = new LayahError({ code: 'read-failed', message: 'reading /etc/passwd', cause });
    const top = new LayahError({ code: 'bad-rootfs', message: 'scanning', cause: middle });
    expect(renderError(top, plain)).toBe(
      'layah: scanning\n  because: reading /etc/passwd\n  because: ENOSPC: no space left on device, write\n',
    );
    const repeated = new LayahError({ code: 'read-failed', message: `reading: ${cause.message}`, cause });
    expect(renderError(repeated, plain)).toBe(`layah: reading: ${cause.message}\n`);
  });

  it('ends for causes that go round in a circle', () => {
    const first = new Error('first');
    const second = new Error('second', { cause: first });
    first.cause = second;
    expect(renderError(second, plain).split('\n').length).toBeLessThan(15);
  });

  it('has the usage line that matters and a way to more for wrong usage', () => {
    const usage = new LayahError({ code: 'usage', message: '--threads: "x" is not a whole number' });
    expect(renderError(usage, plain)).toBe(
      'layah: --threads: "x" is not a whole number\n' +
        '  Usage: layah build --threads N\n' +
        '  try: layah build --help\n',
    );
    expect(renderError(usage, { ...plain, command: undefined })).toBe(
      'layah: --threads: "x" is not a whole number\n  try: layah --help\n',
    );
  });

  it('calls what is no LayahError a bug', () => {
    expect(renderError(new TypeError('x is undefined'), plain)).toBe(
      'layah: internal error: x is undefined\n' +
        '  try: This is a bug: run it again with -vv and report what it prints.\n',
    );
    expect(renderError('text', plain)).toContain('layah: internal error: text\n');
    expect(renderError(new RangeError(''), plain)).toContain('layah: internal error: RangeError\n');
  });

  it('prints stacks only when asked', () => {
    const text = renderError(failed, { ...plain, stacks: true });
    expect(text).toMatch(/\nLayahError: writing the image[^]*\n +at [^]*caused by: Error: ENOSPC/);
    expect(renderError(failed, plain)).not.toContain('    at ');
  });

  it('is one JSON object a line when asked', () => {
    const text = renderError(failed, { ...plain, json: true });
    expect(text.trimEnd()).not.toContain('\n');
    expect(JSON.parse(text)).toEqual({
      level: 'error',
      code: 'write-failed',
      message: 'writing the image to out.ociarchive',
      because: ['ENOSPC: no space left on device, write'],
      hint: 'Free some room.',
    });
    expect(JSON.parse(renderError(new Error('x'), { ...plain, json: true })).code).toBe('internal');
  });

  it('lets no name from a hostile image control the terminal', () => {
    const hostile = new LayahError({ code: 'bad-image', message: 'reading \u001b[2J\rname\u202e' });
    expect(renderError(hostile, plain)).toBe('layah: reading \\x1b[2J\\x0dname\\u202e\n');
  });
});

describe('exitCodeFor', () => {
  it('is 2 for wrong usage and 1 for everything else', () => {
    expect(exitCodeFor(new LayahError({ code: 'usage', message: '' }))).toBe(2);
    expect(exitCodeFor(failed)).toBe(1);
    expect(exitCodeFor(undefined)).toBe(1);
  });
});
