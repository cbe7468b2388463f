import { expect, it } from 'vitest';
import { rootfsPath } from '../../../src/model/rootfs-path.ts';
import { type ProgramReader, recordTraced } from '../../../src/records/record-traced.ts';
import type { TracedFile } from '../../../src/records/strace-log.ts';

const FILES: Readonly<Record<string, string>> = {
  'usr/bin/app': '#!/usr/bin/env sh\n',
  'usr/bin/env': '#!/usr/bin/dash\n',
  'usr/bin/dash': 'binary',
  'etc/app.conf': 'x',
  'usr/bin/round': '#!/usr/bin/round\n',
};

const reader: ProgramReader = {
  resolve: (path) => (path.startsWith('bin/') ? rootfsPath(`usr/${path}`) : path),
  readStart: (path, lengthBytes) => {
    const content = FILES[path];
    return content === undefined ? undefined : Buffer.from(content).subarray(0, lengthBytes);
  },
};

const record = (...traced: TracedFile[]) => recordTraced(traced, reader).map(({ path }) => path);

it('puts behind a program what the kernel loads to run it', () => {
  expect(record({ kind: 'execute', path: '/bin/app' }, { kind: 'open', path: '/etc/app.conf' })).toEqual([
    'usr/bin/app',
    'usr/bin/env',
    'usr/bin/dash',
    'etc/app.conf',
  ]);
});

it('keeps only regular files of the root filesystem', () => {
  expect(
    record(
      { kind: 'open', path: '/proc/self/maps' },
      { kind: 'open', path: '/' },
      { kind: 'open', path: '/etc/app.conf' },
    ),
  ).toEqual(['etc/app.conf']);
});

it('ends with a script that is its own interpreter', () => {
  expect(record({ kind: 'execute', path: '/usr/bin/round' })).toEqual(['usr/bin/round']);
});
