import { describe, expect, it } from 'vitest';
import { BUILD_COMMAND } from '../../../src/cli/commands/build-flags.ts';
import { commandFlags } from '../../../src/cli/flags.ts';
import { renderCommandHelp, renderHelp, usageLineFor } from '../../../src/cli/help.ts';
import { COMMANDS } from '../../../src/cli/invocation.ts';

describe('help', () => {
  it('says what there is', () => {
    expect(renderHelp(COMMANDS, 100)).toBe(`\
layah turns a root filesystem into a container image whose layers follow its packages.

Usage: layah COMMAND [options]

Commands:
  build              make an image from a root filesystem
  convert            make the layers of an image eStargz, one by one
  plan               show which layer would hold what, and what an update would cost
  inspect            show what is in an image: layers, components, files, duplicates
  diff               show what a client that has one image downloads for another
  explain            show which component and layer a path belongs to, and why
  verify             check an image: every digest, size, diff ID, table of contents and chunk
  record from-paths  make a record out of a list of paths and globs
  record from-image  make a record of what an eStargz image prefetches
  record run         run a command and record the files that it opens
  record push        put a record into a registry, as an image with one layer
  record pull        take a record out of the image that record push made
  chunk add          put the layers of an image into a chunk store, which has every chunk once
  chunk stats        show what the images of a chunk store consist of, and how much they share
  chunk compare      show what each way to cut images into chunks would save
  chunk restore      put an image together from its chunks
  chunk estargz      write images of a chunk store as eStargz, in the directory estargz of the store
  chunk push         send an image of a chunk store to a registry, as eStargz
  chunk verify       recompute the digest of every chunk, and find what is missing or stray
  chunk remove       take images out of a chunk store; clean then drops their chunks
  chunk clean        drop the indexes and chunks that no image needs

layah COMMAND --help says more of a command, layah --version which version this is.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 above --fail-above, 130 and 143 interrupted by SIGINT
and SIGTERM.
`);
  });

  it('has every flag of a command with its value', () => {
    for (const command of COMMANDS) {
      const help = renderCommandHelp(command, 100);
      for (const { name, value } of commandFlags(command)) {
        expect(help).toContain(value === undefined ? `--${name}` : `--${name} ${value}`);
      }
    }
  });

  it('fits into the terminal, but for examples', () => {
    for (const columns of [60, 80, 100]) {
      const [text = ''] = renderCommandHelp(BUILD_COMMAND, columns).split('\nExamples:');
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });

  it('stays readable on a terminal that is absurdly narrow or wide', () => {
    expect(renderCommandHelp(BUILD_COMMAND, 1)).toBe(renderCommandHelp(BUILD_COMMAND, 40));
    expect(renderCommandHelp(BUILD_COMMAND, 500)).toBe(renderCommandHelp(BUILD_COMMAND, 100));
  });

  it('wraps descriptions below each other', () => {
    expect(renderCommandHelp(BUILD_COMMAND, 80)).toContain(`
      --prune PATH            leave PATH out; with a slash at its end keep the
                              directory and leave out what is in it (repeatable)
`);
  });
});

describe('usageLineFor', () => {
  it('is about the flag that the message begins with', () => {
    expect(usageLineFor(BUILD_COMMAND, '--max-layers: no')).toBe('Usage: layah build --max-layers N');
    expect(usageLineFor(BUILD_COMMAND, '--force takes no value')).toBe('Usage: layah build --force');
  });

  it('is that of the command for everything else', () => {
    const usage = 'Usage: layah build --rootfs DIR [options] > IMAGE.ociarchive';
    expect(usageLineFor(BUILD_COMMAND, 'unknown option --max-layers')).toBe(usage);
    expect(usageLineFor(BUILD_COMMAND, '--unknown')).toBe(usage);
  });
});
