import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { setAttributeSync } from 'fs-xattr';
import { buildNdb, buildRpmHeader } from '../unit/components/sources/rpm-database-builder.ts';
import { plantDpkg, write } from './hostile-files.ts';
import type { HostileTree } from './hostile-tree.ts';

/** Every database but dpkg's, which knows these trees. */
const DATABASES = [
  'usr/lib/sysimage/rpm/rpmdb.sqlite',
  'usr/share/rpm/Packages.db',
  'var/lib/rpm/Packages',
  'var/lib/dpkg/diversions',
  'var/lib/dpkg/info/other.list',
  'lib/apk/db/installed',
  'usr/lib/apk/db/installed',
  'etc/pacman.conf',
  'var/lib/pacman/local/a-1-1/desc',
  'opt/lib/a-1.dist-info/RECORD',
  'opt/conda-meta/a.json',
  'opt/specifications/a-1.gemspec',
];

function beside(make: (path: string) => void): (root: string) => void {
  return (root) => {
    plantDpkg(root, ['known', 'other']);
    write(root, 'var/lib/dpkg/info/known.list', '/usr/bin/known\n');
    write(root, 'usr/bin/known', 'known');
    for (const path of DATABASES) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      make(join(root, path));
    }
  };
}

/** Through as many names as lead out of any directory. */
const OUT = '../'.repeat(20);

/** A shell that reads it leaves a file in its directory. */
const COMMAND = '$(touch broken); touch broken #\n`touch broken`';

const shapes: readonly HostileTree[] = [
  {
    what: 'databases that are FIFOs',
    make: beside((path) => execFileSync('mkfifo', [path])),
    exitCode: 0,
    says: /rpmdb\.sqlite in the root filesystem is not a regular file/,
  },
  {
    what: 'databases that are devices without an end',
    make: beside((path) => execFileSync('mknod', [path, 'c', '1', '5'])),
    exitCode: 0,
    says: /not a regular file/,
  },
  {
    what: 'databases that are devices without a driver',
    make: beside((path) => execFileSync('mknod', [path, 'b', '240', '77'])),
    exitCode: 0,
    says: /not a regular file/,
  },
  {
    what: 'databases that are directories',
    make: beside((path) => mkdirSync(path)),
    exitCode: 0,
    says: /not a regular file/,
  },
  {
    what: 'databases that are sparse files of 20 GB (left out of the image, which is another test)',
    make: beside((path) => {
      writeFileSync(path, '');
      truncateSync(path, 20e9);
    }),
    flags: DATABASES.flatMap((path) => ['--prune', `/${path}`]),
    exitCode: 0,
    says: /has 20000000000 bytes, more than the limit/,
  },
  {
    what: 'databases that are links round in circles',
    make: beside((path) => symlinkSync(path.slice(path.lastIndexOf('/') + 1), path)),
    exitCode: 0,
  },
  {
    what: 'databases that are links to files of the host',
    make: beside((path) => symlinkSync(`${OUT}proc/self/environ`, path)),
    exitCode: 0,
  },
];

const contents: readonly HostileTree[] = [
  {
    what: 'file lists that lead out of the tree',
    make(root) {
      write(root, '../secret', 'of the host');
      plantDpkg(root, ['known']);
      write(root, 'usr/bin/known', 'known');
      const secret = `${OUT}${join(dirname(root), 'secret').slice(1)}`;
      write(root, 'var/lib/dpkg/info/known.list', `/usr/bin/known\n/${secret}\n/usr/${secret}\n`);
      write(root, 'var/lib/dpkg/info/known.md5sums', `d41d8cd98f00b204e9800998ecf8427e  ${secret}\n`);
      write(root, 'var/lib/dpkg/diversions', `/usr/bin/known\n/${secret}\n:\n`);
      write(root, 'lib/apk/db/installed', `P:a\nF:${OUT}etc\nR:passwd\nF:etc\nR:${secret}\n`);
      write(root, 'etc/pacman.conf', `[options]\nDBPath = /${OUT}${dirname(root)}\n`);
      write(root, 'var/lib/pacman/local/a-1-1/desc', '%NAME%\na\n');
      write(root, 'var/lib/pacman/local/a-1-1/files', `%FILES%\n${secret}\n`);
      write(root, 'opt/lib/a-1.dist-info/RECORD', `${secret},,\n/${secret},,\n`);
      write(root, 'opt/conda-meta/a.json', JSON.stringify({ name: 'a', files: [secret] }));
      write(
        root,
        'opt/specifications/a-1.gemspec',
        `# stub: a 1 ruby lib\n  s.executables = ["${secret}"]\n`,
      );
      const header = buildRpmHeader([
        [1000, { type: 'string', strings: ['a'] }],
        [1116, { type: 'int32', numbers: [0] }],
        [1117, { type: 'strings', strings: ['secret'] }],
        [1118, { type: 'strings', strings: [`/${OUT}${dirname(root).slice(1)}/`] }],
      ]);
      write(root, 'usr/lib/sysimage/rpm/Packages.db', buildNdb(new Map([[1, header]])));
    },
    exitCode: 0,
  },
  {
    what: 'names of files, packages, components and attributes that are commands of a shell',
    make(root) {
      plantDpkg(root, ['known']);
      write(root, 'var/lib/dpkg/info/known.list', `/usr/${COMMAND.replace('\n', '')}\n`);
      write(root, `usr/${COMMAND}`, 'x');
      write(root, `usr/${COMMAND.replace('\n', '')}`, 'x');
      write(root, 'lib/apk/db/installed', `P:${COMMAND}\nF:usr\nR:${COMMAND}\n`);
      write(root, `var/lib/pacman/local/${COMMAND}/desc`, `%NAME%\n${COMMAND}\n`);
      write(root, `opt/node_modules/${COMMAND}/index.js`, '');
      setAttributeSync(join(root, 'opt'), 'user.component', COMMAND.replace('\n', ''));
      const header = buildRpmHeader([[1000, { type: 'string', strings: [COMMAND] }]]);
      write(root, 'usr/lib/sysimage/rpm/Packages.db', buildNdb(new Map([[1, header]])));
    },
    exitCode: 0,
  },
  {
    what: 'component attributes with newlines, NUL and as long as the file system holds',
    make(root) {
      const values = ['a\nb', 'a\0b', '\0', 'x'.repeat(3800), '\xff\xfe', '', '../../x', '\u001b[2J'];
      for (const [index, value] of values.entries()) {
        write(root, `file${index}`, 'x');
        setAttributeSync(join(root, `file${index}`), 'user.component', Buffer.from(value, 'latin1'));
        // ext4 keeps both in one block.
        const interval = Buffer.from(value, 'latin1').subarray(0, 100);
        setAttributeSync(join(root, `file${index}`), 'user.update-interval', interval);
      }
    },
    exitCode: 0,
    says: /ignored the attribute user\.component of \/file0: it has control characters: "a\\x0ab"/,
  },
];

/** The fixture of the SQLite database with every header changed, as the program rpm gets to see it. */
const ABSURD_HEADERS = `
import sqlite3, struct, sys
database = sqlite3.connect(sys.argv[1])
for number, header in database.execute('SELECT hnum, blob FROM Packages').fetchall():
    header = bytearray(header)
    if sys.argv[2] == 'entries':
        header[0:4] = struct.pack('>I', 0x7fffffff)
    else:
        for entry in range(struct.unpack('>I', header[0:4])[0]):
            header[8 + entry * 16 + 12:8 + entry * 16 + 16] = struct.pack('>I', 0xfffffff0)
    database.execute('UPDATE Packages SET blob = ? WHERE hnum = ?', (bytes(header), number))
database.commit()
`;

const headers: readonly HostileTree[] = ['entries', 'counts'].map((field) => ({
  what: `rpm headers with absurd ${field}, which the program rpm reads`,
  make(root) {
    const path = join(root, 'usr/lib/sysimage/rpm/rpmdb.sqlite');
    write(
      root,
      'usr/lib/sysimage/rpm/rpmdb.sqlite',
      gunzipSync(readFileSync('test/fixtures/rpm/more.sqlite.gz')),
    );
    execFileSync('python3', ['-c', ABSURD_HEADERS, path, field]);
  },
  exitCode: 1,
  says: /\/usr\/lib\/sysimage\/rpm/,
}));

const ndbHeaders: readonly HostileTree[] = [
  {
    what: 'rpm headers with absurd counts in an ndb database',
    make(root) {
      const bad = [0xffffffff, 0x7fffffff, 0x80000000, 0xffff].map((count) => {
        const header = buildRpmHeader([
          [1000, { type: 'string', strings: ['a'] }],
          [1117, { type: 'strings', strings: ['x'] }],
        ]);
        header.writeUInt32BE(count, 8 + 16 + 12);
        return header;
      });
      const headersByNumber = new Map(bad.map((header, index) => [index + 1, header]));
      write(root, 'usr/lib/sysimage/rpm/Packages.db', buildNdb(headersByNumber));
    },
    exitCode: 1,
    says: /the header is damaged: [0-9]+ elements of tag 1117/,
  },
];

export const HOSTILE_PLACES: readonly HostileTree[] = [...shapes, ...contents, ...headers, ...ndbHeaders];
