import { describe, expect, it } from 'vitest';
import { claimVolatile } from '../../../../src/components/sources/volatile.ts';
import { scanOf } from '../memory-rootfs.ts';

const file = { kind: 'file', sizeBytes: 1 } as const;

describe('claimVolatile', () => {
  it('claims what differs in every build, weakly and as one component', () => {
    const paths = [
      'etc/ld.so.cache',
      'etc/machine-id',
      'etc/shadow',
      'etc/ssh/ssh_host_rsa_key.pub',
      'root/.cache/pip/x',
      'var/cache/fontconfig/a.cache-8',
      'var/lib/systemd/random-seed',
      'var/log/build.log',
    ];
    const claims = claimVolatile(scanOf(Object.fromEntries(paths.map((path) => [path, file]))));
    expect(claims?.components).toMatchObject([{ name: 'volatile/files', changesEveryBuild: true }]);
    expect([...(claims?.claims ?? [])]).toEqual(
      paths.map((path) => [path, { component: 0, strength: 'weak' }]),
    );
  });

  it('leaves alone what only looks like it, and empty directories', () => {
    const others = ['etc/shadows', 'etc/ssh/sshd_config', 'opt/var/log/x', 'var/cached', 'usr/x.pyc'];
    const tree = {
      ...Object.fromEntries(others.map((path) => [path, file])),
      'var/log': { kind: 'directory' },
    } as const;
    expect(claimVolatile(scanOf(tree))).toBeUndefined();
  });
});
