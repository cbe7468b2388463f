import type { Random } from './random.ts';

/** Larger inputs are tested for their size elsewhere. */
const MAX_INPUT_BYTES = 64 * 1024;
const MAX_CHANGES = 6;

/** One input more, of those that there are: a few random changes of one of them. */
export function mutate(corpus: readonly Uint8Array[], tokens: readonly string[], random: Random): Buffer {
  let input: Buffer = Buffer.from(random.pick(corpus) ?? []);
  for (let count = 1 + random.below(MAX_CHANGES); count > 0; count--) {
    const change = random.pick(CHANGES);
    if (change !== undefined) input = change({ input, corpus, tokens, random });
  }
  return input.subarray(0, MAX_INPUT_BYTES);
}

interface Changing {
  readonly input: Buffer;
  readonly corpus: readonly Uint8Array[];
  readonly tokens: readonly string[];
  readonly random: Random;
}

type Change = (changing: Changing) => Buffer;

const CHANGES: readonly Change[] = [
  flipBit,
  setByte,
  setByte,
  setNumber,
  setNumber,
  insertToken,
  insertToken,
  cut,
  repeat,
  splice,
  truncate,
  repeatOften,
];

function flipBit({ input, random }: Changing): Buffer {
  const at = random.below(input.length);
  if (input.length > 0) input[at] = (input[at] ?? 0) ^ (1 << random.below(8));
  return input;
}

const BYTES = [
  0x00, 0xff, 0x7f, 0x80, 0x0a, 0x0d, 0x20, 0x09, 0x22, 0x27, 0x2f, 0x5c, 0x3a, 0x25, 0x2d, 0x30,
];

function setByte({ input, random }: Changing): Buffer {
  if (input.length > 0) input[random.below(input.length)] = random.pick(BYTES) ?? 0;
  return input;
}

const NUMBERS = [0, 1, 0xff, 0x100, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

/** As the binary formats write them: four bytes, either end first. */
function setNumber({ input, random }: Changing): Buffer {
  if (input.length < 4) return input;
  const at = random.below(input.length - 3);
  const number = random.pick(NUMBERS) ?? 0;
  if (random.below(2) === 0) input.writeUInt32LE(number, at);
  else input.writeUInt32BE(number, at);
  return input;
}

function insertToken({ input, tokens, random }: Changing): Buffer {
  const token = Buffer.from(random.pick(tokens) ?? '', 'latin1');
  const at = random.below(input.length + 1);
  const replaced = random.below(2) === 0 ? 0 : token.length;
  return Buffer.concat([input.subarray(0, at), token, input.subarray(at + replaced)]);
}

function cut({ input, random }: Changing): Buffer {
  const [start, end] = range(input, random);
  return Buffer.concat([input.subarray(0, start), input.subarray(end)]);
}

function repeat({ input, random }: Changing): Buffer {
  const [start, end] = range(input, random);
  return Buffer.concat([input.subarray(0, end), input.subarray(start)]);
}

/** What is quadratic or worse shows here. */
function repeatOften({ input, random }: Changing): Buffer {
  const [start, end] = range(input, random);
  const piece = input.subarray(start, Math.min(end, start + 64));
  const copies = Array.from<Buffer>({ length: 1 + random.below(1000) }).fill(piece);
  return Buffer.concat([input.subarray(0, start), ...copies, input.subarray(start)]);
}

function splice({ input, corpus, random }: Changing): Buffer {
  const other = Buffer.from(random.pick(corpus) ?? []);
  return Buffer.concat([
    input.subarray(0, random.below(input.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);
}

function truncate({ input, random }: Changing): Buffer {
  return input.subarray(0, random.below(input.length + 1));
}

function range(input: Buffer, random: Random): [start: number, end: number] {
  const start = random.below(input.length + 1);
  return [start, Math.min(input.length, start + random.below(200))];
}
