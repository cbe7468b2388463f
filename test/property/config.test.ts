import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBuildOptions } from '../../src/config/build-options.ts';
import { parseByteSize } from '../../src/config/byte-size.ts';
import { parseImageConfigText } from '../../src/config/image-config-input.ts';
import {
  applyKeyValueEdits,
  type KeyValueEdit,
  parseKeyValueEdit,
} from '../../src/config/key-value-edits.ts';
import { parsePrunePattern } from '../../src/config/prune-patterns.ts';
import { rootfsPathFromText } from '../../src/model/rootfs-path.ts';
import { buildImageConfig } from '../../src/oci/image-config.ts';
import { buildFlags, testMachine } from '../unit/config/test-machine.ts';

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'a-', '-', '__proto__', 'constructor'),
  fc.string({ minLength: 1 }).filter((text) => !text.includes('=')),
);
const edit: fc.Arbitrary<KeyValueEdit> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key, value: fc.string() }),
  fc.record({ kind: fc.constant('remove' as const), key }),
  fc.constant({ kind: 'clear' as const }),
);
const labels = fc.dictionary(key, fc.string());

function written(change: KeyValueEdit): string {
  if (change.kind === 'clear') return '-';
  return change.kind === 'set' ? `${change.key}=${change.value}` : `${change.key}-`;
}

describe('label edits', () => {
  it('are read back from the way they are written', () => {
    fc.assert(
      fc.property(edit, (change) => {
        expect(parseKeyValueEdit('--label', written(change))).toEqual(change);
      }),
    );
  });

  it('leave of every key what was last said of it', () => {
    fc.assert(
      fc.property(labels, fc.array(edit), (before, edits) => {
        const after = new Map(Object.entries(applyKeyValueEdits(before, edits)));
        const keys = [...Object.keys(before), ...edits.flatMap((e) => (e.kind === 'clear' ? [] : [e.key]))];
        for (const name of keys) {
          const last = edits.findLast((e) => e.kind === 'clear' || e.key === name);
          const unchanged = new Map(Object.entries(before)).get(name);
          const expected = last === undefined ? unchanged : last.kind === 'set' ? last.value : undefined;
          expect(after.get(name)).toBe(expected);
        }
        expect([...after.keys()].every((name) => keys.includes(name))).toBe(true);
      }),
    );
  });

  it('done in two steps are the same as in one', () => {
    fc.assert(
      fc.property(labels, fc.array(edit), fc.array(edit), (before, first, second) => {
        const inSteps = applyKeyValueEdits(applyKeyValueEdits(before, first), second);
        expect(Object.entries(inSteps)).toEqual(
          Object.entries(applyKeyValueEdits(before, [...first, ...second])),
        );
      }),
    );
  });
});

describe('prune patterns', () => {
  const names = fc.array(fc.stringMatching(/^[a-z.é ]{1,5}$/), { minLength: 1, maxLength: 4 });

  it('name the path that the text names, and a slash at the end keeps the directory', () => {
    fc.assert(
      fc.property(names, fc.boolean(), fc.constantFrom('', '/', '//'), (parts, keepDirectory, start) => {
        const text = start + parts.join('/');
        const path = rootfsPathFromText(text);
        fc.pre(path !== '' && parts.at(-1) !== '.');
        expect(parsePrunePattern(keepDirectory ? `${text}/` : text)).toEqual({ path, keepDirectory });
      }),
    );
  });
});

describe('sizes', () => {
  const range = { minBytes: 0, maxBytes: Number.MAX_SAFE_INTEGER };

  it('are their number times their unit', () => {
    const units = fc.constantFrom(
      ['', 1],
      ['k', 2 ** 10],
      ['KiB', 2 ** 10],
      ['M', 2 ** 20],
      ['gib', 2 ** 30],
    );
    fc.assert(
      fc.property(fc.nat(100_000), units, fc.constantFrom('', ' '), (count, [unit, bytes], space) => {
        fc.pre(unit !== '' || space === '');
        expect(parseByteSize('--chunk-size', `${count}${space}${unit}`, range)).toBe(count * bytes);
      }),
    );
  });

  it('are either refused or whole numbers in the range', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{0,13} ?[a-zA-Z]{0,3}$/)), (text) => {
        const limits = { minBytes: 10, maxBytes: 5000 };
        try {
          const bytes = parseByteSize('--chunk-size', text, limits);
          expect(Number.isInteger(bytes) && bytes >= 10 && bytes <= 5000).toBe(true);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'usage' });
        }
      }),
    );
  });
});

describe('the image config', () => {
  const members = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 });
  const runtimeConfig = fc
    .tuple(
      members,
      fc.record(
        {
          Env: fc.array(fc.string()),
          Labels: labels,
          User: fc.string(),
          StopTimeout: fc.nat(),
          Healthcheck: fc.record({ Test: fc.array(fc.string()), Interval: fc.nat() }),
        },
        { requiredKeys: [] },
      ),
    )
    // A bare config is told from other documents by the members that it does not have.
    .map(([unknown, known]) => Object.assign(prefixed(unknown), known));

  it('survives from any form of input to the document that is written', () => {
    const forms = fc.constantFrom('bare', 'array', 'document', 'inspect');
    fc.assert(
      fc.property(runtimeConfig, forms, fc.nat(2_000_000_000), (config, form, createdSeconds) => {
        const configStr = JSON.stringify(inForm(form, config));
        const { image } = parseBuildOptions(buildFlags({ configStr }), testMachine());
        const { bytes } = buildImageConfig({ image, createdSeconds, layers: [] });
        // Through text, since JSON has no -0.
        expect(JSON.parse(Buffer.from(bytes).toString()).config).toEqual(JSON.parse(JSON.stringify(config)));
      }),
    );
  });

  it('keeps the unknown members of a document', () => {
    fc.assert(
      fc.property(members, (unknown) => {
        const document = { ...prefixed(unknown), architecture: 'arm64', os: 'linux' };
        const imported = parseImageConfigText(JSON.stringify(document), 'x');
        expect(imported.document).toEqual(JSON.parse(JSON.stringify(prefixed(unknown))));
      }),
    );
  });
});

function prefixed(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [`x-${name}`, value]));
}

function inForm(form: string, config: object): unknown {
  if (form === 'array') return [config];
  if (form === 'document') return { architecture: 'arm64', os: 'linux', config, rootfs: {}, history: [] };
  return form === 'inspect' ? [{ RepoTags: [], Config: config, Architecture: 'arm64' }] : config;
}
