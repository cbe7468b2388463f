import { describe, expect, it } from 'vitest';
import { createStraceLog } from '../../../src/records/strace-log.ts';

function files(root: string, ...lines: string[]): string[] {
  const log = createStraceLog(root);
  for (const line of lines) log.addLine(line);
  return log.files().map(({ kind, path }) => `${kind} ${path}`);
}

describe('below a directory of this machine', () => {
  const inside = (...lines: string[]) =>
    files('/srv/rootfs', '10 chroot("/srv/rootfs")               = 0', ...lines);

  it('sees what is opened, by its real name, and what is executed', () => {
    expect(
      inside(
        '10 execve("/bin/cat", ["cat", "/etc/x"], 0x7ffd5e0 /* 20 vars */) = 0',
        '10 openat(AT_FDCWD</srv/rootfs>, "/lib/libc.so", O_RDONLY|O_CLOEXEC) = 3</srv/rootfs/usr/lib/libc-2.so>',
        '10 open("/etc/x", O_RDONLY)               = 12</srv/rootfs/etc/x>',
      ),
    ).toEqual(['execute /bin/cat', 'open /usr/lib/libc-2.so', 'open /etc/x']);
  });

  it('passes over what failed and what lies outside', () => {
    expect(
      inside(
        '10 openat(AT_FDCWD</srv/rootfs>, "/nothing", O_RDONLY) = -1 ENOENT (No such file or directory)',
        '10 execve("/usr/local/bin/x", ["x"], 0x55 /* 1 var */) = -1 ENOENT (No such file or directory)',
        '10 openat(AT_FDCWD</>, "/dev/null", O_RDONLY) = 3</dev/null>',
        '10 openat(AT_FDCWD</>, "p", O_RDONLY) = 3<pipe:[123]>',
        '10 openat(AT_FDCWD</>, "x", O_RDONLY) = 4</srv/rootfs-other/x>',
      ),
    ).toEqual([]);
  });

  it('lists a file once, where it was first needed', () => {
    const open = (name: string) => `10 openat(AT_FDCWD</>, "${name}", O_RDONLY) = 3</srv/rootfs/${name}>`;
    expect(inside(open('b'), open('a'), open('b'))).toEqual(['open /b', 'open /a']);
  });

  it('passes over what is only written', () => {
    expect(
      inside(
        '10 openat(AT_FDCWD</>, "/made", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</srv/rootfs/made>',
        '10 openat2(AT_FDCWD</>, "/made", {flags=O_WRONLY|O_CREAT, mode=0666}, 24) = 3</srv/rootfs/made>',
        '10 open("/a\\", O_WRONLY", O_RDWR)        = 3</srv/rootfs/both>',
      ),
    ).toEqual(['open /both']);
  });

  it('understands escaped names', () => {
    expect(
      inside(String.raw`10 openat(AT_FDCWD</>, "x", O_RDONLY) = 3</srv/rootfs/a\n\"\\\303\244\0011>`),
    ).toEqual(['open /a\n"\\\xc3\xa4\x011']);
  });
});

it('counts what came before the root was changed to whoever changed it', () => {
  expect(
    files(
      '',
      '10 openat(AT_FDCWD</>, "/etc/containers.conf", O_RDONLY) = 3</etc/containers.conf>',
      '10 pivot_root(".", ".")              = 0',
      '10 openat(AT_FDCWD</>, "/etc/passwd", O_RDONLY) = 3</etc/passwd>',
    ),
  ).toEqual(['open /etc/passwd']);
});

it('knows the children of a container by their numbers outside of it', () => {
  expect(
    files(
      '',
      '10 pivot_root(".", ".")              = 0',
      "10 clone(child_stack=NULL, flags=SIGCHLD) = 7 /* 25514 in strace's PID NS */",
      '25514 openat(AT_FDCWD</>, "/child", O_RDONLY) = 3</child>',
      '7 openat(AT_FDCWD</>, "/other", O_RDONLY) = 3</other>',
    ),
  ).toEqual(['open /child']);
});

it('puts calls together that others interrupted, in the order in which they began', () => {
  expect(
    files(
      '',
      '10 pivot_root(".", ".")              = 0',
      '10 openat(AT_FDCWD</>, "/first", O_RDONLY <unfinished ...>',
      '11 openat(AT_FDCWD</>, "/second", O_RDONLY) = 3</second>',
      '10 <... openat resumed>)             = 3</first>',
      '10 clone(child_stack=NULL, flags=SIGCHLD) = 11',
      '11 execve("/bin/third", ["third"], 0x55 /* 1 var */ <unfinished ...>',
      '10 openat(AT_FDCWD</>, "/fourth", O_RDONLY) = 3</fourth>',
      '11 <... execve resumed>)             = 0',
    ),
  ).toEqual(['open /first', 'open /second', 'execute /bin/third', 'open /fourth']);
});

it('knows a child by the call that made it, also when its own lines came before', () => {
  expect(
    files(
      '',
      '10 pivot_root(".", ".")              = 0',
      '10 vfork( <unfinished ...>',
      '12 openat(AT_FDCWD</>, "/early", O_RDONLY) = 3</early>',
      '12 clone3({flags=CLONE_VM}, 88)      = 13',
      '13 openat(AT_FDCWD</>, "/grandchild", O_RDONLY) = 3</grandchild>',
      '10 <... vfork resumed>)              = 12',
      '9 openat(AT_FDCWD</>, "/outside", O_RDONLY) = 3</outside>',
      '9 fork()                             = 14',
      '14 openat(AT_FDCWD</>, "/outside-too", O_RDONLY) = 3</outside-too>',
    ),
  ).toEqual(['open /early', 'open /grandchild']);
});

it('passes over lines that it does not know', () => {
  expect(files('', '', 'strace: Process 12 attached', '10 +++ exited with 0 +++', '10 garbage(')).toEqual([]);
});
