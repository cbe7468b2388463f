import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { compileGlobSegment } from '../../src/model/glob-segment.ts';
import { claimByMap } from '../../src/components/sources/map-file.ts';
import { parseComponentMap } from '../../src/config/component-map.ts';
import { LayahError } from '../../src/model/errors.ts';
import { silentReporter } from '../../src/model/reporter.ts';
import { createMemoryRootfs } from '../unit/components/memory-rootfs.ts';

const aSegment = fc.constantFrom(
  'a',
  'b',
  'ab',
  '*',
  '**',
  '?',
  'a*',
  '*b',
  '[ab]',
  '[!a]',
  String.raw`\a`,
  '*a*',
);
const aPattern = fc
  .array(aSegment, { minLength: 1, maxLength: 4 })
  .map((segments) => `/${segments.join('/')}`);
const aPath = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'ba', 'aab'), { minLength: 1, maxLength: 4 })
  .map((names) => names.join('/'));

/** The whole pattern as one regular expression, stated anew. */
function expressionOf(pattern: string): RegExp {
  const segments = pattern.slice(1).split('/');
  const parts = segments.map((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === '**') return isLast ? '.+' : '(?:[^/]+/)*';
    const body = segment
      .replace(/\*+/g, '[^/]*')
      .replaceAll('?', '[^/]')
      .replace('[!', '[^/')
      .replace(/\\(.)/g, '$1');
    return isLast ? body : `${body}/`;
  });
  return new RegExp(`^${parts.join('')}(?:/.*)?$`, 's');
}

describe('the globs of a map', () => {
  it('match what the same pattern matches as a regular expression, with all below', () => {
    fc.assert(
      fc.property(
        fc.array(aPattern, { minLength: 1, maxLength: 6 }),
        fc.array(aPath, { maxLength: 12 }),
        (patterns, paths) => {
          const leaves = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
          const rootfs = createMemoryRootfs(
            Object.fromEntries(leaves.map((path) => [path, { kind: 'file' as const }])),
          );
          const text = JSON.stringify(patterns.map((path, index) => ({ path, component: String(index) })));
          const map = parseComponentMap(text, 'map');
          const claims = claimByMap(map, {
            ...rootfs,
            reporter: silentReporter,
            signal: new AbortController().signal,
          });
          for (const { path } of rootfs.scan.entries) {
            const expected = patterns.findLastIndex((pattern) => expressionOf(pattern).test(path));
            const claim = claims?.claims.get(path);
            const owner = claim === undefined ? undefined : claims?.components[claim.component]?.name;
            expect(owner).toBe(expected < 0 ? undefined : `map/${expected}`);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('take any text for a segment, and an escaped one matches itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, name) => {
        compileGlobSegment(text)(name);
        const escaped = text.replace(/[*?[\\]/g, String.raw`\$&`);
        expect(compileGlobSegment(escaped)(text)).toBe(true);
      }),
    );
  });
});

const aLine = fc.record(
  {
    path: fc.string().map((text) => `/${text.replaceAll('.', '_')}`),
    component: fc.stringMatching(/^[a-z:#"' ]{0,10}[a-z]$/),
    exclusive: fc.constant(true),
  },
  { requiredKeys: ['path', 'component'] },
);

describe('a map file', () => {
  it('says the same as JSON array, as JSON lines and as YAML', () => {
    fc.assert(
      fc.property(fc.array(aLine, { minLength: 1 }), (lines) => {
        const [array, jsonLines, yaml] = [
          JSON.stringify(lines, undefined, 2),
          lines.map((line) => JSON.stringify(line)).join('\n'),
          stringify(lines),
        ].map((text) => parseComponentMap(text, 'map'));
        const withoutLines = (map: typeof array) =>
          map?.rules.map(({ pattern, componentName }) => [pattern, componentName]);
        expect(withoutLines(array)).toEqual(lines.map(({ path, component }) => [path, component]));
        expect(withoutLines(jsonLines)).toEqual(withoutLines(array));
        expect(withoutLines(yaml)).toEqual(withoutLines(array));
        expect(jsonLines?.rules.map(({ lineNumber }) => lineNumber)).toEqual(
          lines.map((_, index) => index + 1),
        );
        expect(yaml?.components).toEqual(array?.components);
      }),
    );
  });

  it('is refused with an error of ours whatever it holds', () => {
    const pieces = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      '"path"',
      ':',
      ',',
      '- ',
      '\n',
      '  ',
      '/a',
      'component: x',
      '&a ',
      '*a',
      '#',
      '|',
      '"',
      "'",
      '\t',
      '---\n',
    );
    const text = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), pieces), { maxLength: 30 });
    fc.assert(
      fc.property(text, (parts) => {
        try {
          parseComponentMap(parts.join(''), 'map');
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(LayahError);
          expect(thrown).toMatchObject({ code: 'bad-config' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
