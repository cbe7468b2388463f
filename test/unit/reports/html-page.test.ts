import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderHtmlPage } from '../../../src/reports/html-page.ts';
import { shownText } from '../../../src/reports/html-text.ts';
import { branch, leaf, pageOf, SMALL_PAGE } from './pages.ts';
import { type ParsedElement, parsePage } from './parsed-page.ts';

/** Names of files, what means something in HTML, and any code units at all. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc
    .array(
      fc.constantFrom(
        '<script>',
        '</script>',
        '</style>',
        '</title>',
        '<!--',
        '-->',
        ']]>',
        '&amp;',
        '&lt',
        '"',
        "'",
        '\n',
        '\0',
        '<svg/onload=x>',
        '\u202e',
      ),
    )
    .map((parts) => parts.join('')),
);

function elementsNamed(elements: readonly ParsedElement[], name: string): ParsedElement[] {
  return elements.filter((element) => element.name === name);
}

function namesOf(elements: readonly ParsedElement[]): string[] {
  return elements.map(({ name }) => name);
}

describe('a page', () => {
  it('has every text as it is, and no element, attribute or address of its making', () => {
    const plain = parsePage(renderHtmlPage(pageOf('plain')));
    fc.assert(
      fc.property(anyText, (any) => {
        const text = `.${any}`;
        const page = renderHtmlPage(pageOf(text));
        const elements = parsePage(page);
        const shown = shownText(text);
        expect(namesOf(elements).filter((name) => name !== 'text')).toEqual(
          namesOf(plain).filter((name) => name !== 'text'),
        );
        const attributes = new Set(elements.flatMap((element) => Object.keys(element.attributes)));
        expect([...attributes].filter((name) => !ATTRIBUTES.has(name))).toEqual([]);
        for (const name of ['h1', 'th', 'dt', 'li', 'figcaption']) {
          expect(elementsNamed(elements, name)).toHaveLength(elementsNamed(plain, name).length);
        }
        expect(elementsNamed(elements, 'h1').map((element) => element.text)).toEqual([shown]);
        const [documentTitle, ...tooltips] = elementsNamed(elements, 'title').map((element) => element.text);
        expect(documentTitle).toBe(shown);
        expect(tooltips.filter((tooltip) => tooltip.includes(shown)).length).toBeGreaterThan(0);
        const cells = elementsNamed(elements, 'td').map((element) => element.text);
        expect(cells.slice(0, 2)).toEqual([shown, shown]);
        expect(cells[2]).toContain(shown);
        expect(elementsNamed(elements, 'dd').map((element) => element.text)).toContain(shown);
      }),
      { numRuns: 50 },
    );
  });

  it('shows what a browser would not: control characters, line breaks, turned text, halves of characters', () => {
    expect(shownText('a\nb\tc\u202ed\ud800\ufffe\0')).toBe(String.raw`a\x0ab\x09c\u202ed\ud800\ufffe\x00`);
  });

  it('has nothing of elsewhere, and lets only its own style and script run', () => {
    const page = renderHtmlPage(SMALL_PAGE);
    const elements = parsePage(page);
    expect(page).not.toMatch(
      /https?:|\/\/|@import|url\(|<link|<img|<iframe| src=| href=| style=| on[a-z]+=/i,
    );
    const [style] = elementsNamed(elements, 'style');
    const [script] = elementsNamed(elements, 'script');
    const policy = elements.find((element) => element.attributes['http-equiv'] === 'Content-Security-Policy');
    expect(policy?.attributes['content']).toBe(
      `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; ` +
        "base-uri 'none'; form-action 'none'",
    );
  });

  it('is fit for phones', () => {
    const metas = elementsNamed(parsePage(renderHtmlPage(SMALL_PAGE)), 'meta');
    expect(metas.map(({ attributes }) => attributes['content'])).toContain(
      'width=device-width, initial-scale=1',
    );
  });

  it('has the same bytes for the same page', () => {
    expect(renderHtmlPage(structuredClone(SMALL_PAGE))).toBe(renderHtmlPage(SMALL_PAGE));
  });

  it('has no map where there is nothing to show on it', () => {
    const map = { ...SMALL_PAGE.map, root: branch('image', [branch('layer', [leaf('empty', 0)])]) };
    expect(namesOf(parsePage(renderHtmlPage({ ...SMALL_PAGE, map })))).not.toContain('figure');
  });
});

describe('a table of a page', () => {
  const elements = parsePage(renderHtmlPage(SMALL_PAGE));

  it('has a button in every head, and says how its rows are sorted', () => {
    const heads = elementsNamed(elements, 'th');
    expect(heads.map(({ text, attributes }) => [text, attributes['scope'], attributes['aria-sort']])).toEqual(
      [
        ['File', 'col', undefined],
        ['Size', 'col', 'descending'],
        ['Share', 'col', undefined],
      ],
    );
    expect(
      elementsNamed(elements, 'button').map(({ text, attributes }) => [text, attributes['type']]),
    ).toEqual([
      ['File', 'button'],
      ['Size', 'button'],
      ['Share', 'button'],
    ]);
  });

  it('shows numbers for people and keeps those to sort by', () => {
    const cells = elementsNamed(elements, 'td');
    expect(cells.map(({ text, attributes }) => [text, attributes['data-value']])).toEqual([
      ['/a', undefined],
      ['2.0 KiB', '2048'],
      ['75.0 %', '0.75'],
      ['/b', undefined],
      ['1 B', '1'],
      ['–', undefined],
    ]);
  });

  it('can be scrolled with the keyboard, and has a name', () => {
    const region = elements.find(({ attributes }) => attributes['role'] === 'region');
    const heading = elements.find(
      ({ attributes }) => attributes['id'] === region?.attributes['aria-labelledby'],
    );
    expect(region?.attributes['tabindex']).toBe('0');
    expect(heading?.text).toBe('Files 2');
  });
});

/** Those that pages are made of. */
const ATTRIBUTES = new Set(
  parsePage(renderHtmlPage(pageOf('plain'))).flatMap((element) => Object.keys(element.attributes)),
);

function hashOf(element: ParsedElement | undefined): string {
  return `sha256-${createHash('sha256')
    .update(element?.text ?? '', 'utf8')
    .digest('base64')}`;
}
