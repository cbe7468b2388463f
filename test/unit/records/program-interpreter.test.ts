import { closeSync, openSync, readSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROGRAM_START_BYTES, programInterpreter } from '../../../src/records/program-interpreter.ts';

const text = (content: string) => Buffer.from(content, 'latin1');

it.each([
  ['#!/bin/sh\necho', '/bin/sh'],
  ['#! /usr/bin/env node', '/usr/bin/env'],
  ['#!\t/usr/bin/perl -w\n', '/usr/bin/perl'],
  ['#!\n/bin/sh', undefined],
  ['#!', undefined],
  ['plain text', undefined],
  ['', undefined],
])('finds the interpreter of the script %j', (content, interpreter) => {
  expect(programInterpreter(text(content))).toBe(interpreter);
});

it('finds the dynamic linker of this very program', () => {
  const start = Buffer.alloc(PROGRAM_START_BYTES);
  const descriptor = openSync(process.execPath, 'r');
  readSync(descriptor, start);
  closeSync(descriptor);
  expect(programInterpreter(start)).toMatch(/\/ld-[^/]*\.so/);
});

it('finds it in an ELF file of 32 bits with the other byte order', () => {
  const file = Buffer.alloc(256);
  file.write('\x7fELF\x01\x02', 'latin1');
  file.writeUInt32BE(52, 28);
  file.writeUInt16BE(32, 42);
  file.writeUInt16BE(2, 44);
  file.writeUInt32BE(1, 52);
  file.writeUInt32BE(3, 84);
  file.writeUInt32BE(200, 84 + 4);
  file.writeUInt32BE(13, 84 + 16);
  file.write('/lib/ld.so.1\0 more', 200, 'latin1');
  expect(programInterpreter(file)).toBe('/lib/ld.so.1');
});

it('gives an answer for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isElf) => {
      const content = Buffer.from(bytes);
      if (isElf) content.write('\x7fELF\x02\x01', 'latin1');
      const interpreter = programInterpreter(content);
      expect(interpreter === undefined || interpreter.length > 0).toBe(true);
    }),
  );
});
