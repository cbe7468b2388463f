import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { DESKTOP, launchBrowser, PHONE, type Screen, showFile, takeScreenshot } from './browser.ts';
import { layahOrFail } from './layah.ts';
import { makeRootfs } from './material.ts';
import { haveAll, testWith } from './needs.ts';
import { columnOf, largestAreaError, strayLabels, weakContrasts } from './page-measures.ts';

const NEEDS = ['chromium', 'root', 'debootstrap'];

describe('the page of a Debian image in Chromium', () => {
  let browser: Browser;
  let path = '';

  beforeAll(async () => {
    if (!haveAll(NEEDS)) return;
    browser = await launchBrowser();
    path = join(inject('runDirectory'), 'debian.html');
    await layahOrFail([
      ...buildArguments(await makeRootfs('debian'), 'debian'),
      '-t',
      'localhost/debian:12',
      '--html',
      path,
    ]);
  });
  afterAll(async () => browser?.close());

  const show = async (screen: Screen) => showFile(browser, path, screen);

  testWith(NEEDS, 'needs nothing but itself, and nothing complains', async () => {
    const { page, complaints } = await show(DESKTOP);
    expect(page.url()).toMatch(/^file:/);
    expect(await page.title()).toBe('localhost/debian:12');
    await page.locator('th button').first().click();
    expect(complaints).toEqual([]);
  });

  for (const [what, screen] of [
    ['a desktop', DESKTOP],
    ['a phone', PHONE],
  ] as const) {
    testWith(NEEDS, `gives every leaf of the map its share of the area within 1 %, on ${what}`, async () => {
      const { page } = await show(screen);
      const { leaves, error } = await largestAreaError(page);
      console.log(`${leaves} leaves on ${what}, the largest error is ${(error * 100).toFixed(3)} %`);
      expect(leaves).toBeGreaterThan(50);
      expect(error).toBeLessThan(0.01);
    });

    testWith(NEEDS, `keeps labels in their rectangles, on ${what}`, async () => {
      const { labels, stray } = await strayLabels((await show(screen)).page);
      expect(labels).toBeGreaterThan(20);
      expect(stray).toEqual([]);
    });
  }

  for (const [name, screen] of [
    ['desktop-light', DESKTOP],
    ['desktop-dark', { ...DESKTOP, colorScheme: 'dark' }],
    ['phone-light', PHONE],
    ['phone-dark', { ...PHONE, colorScheme: 'dark' }],
  ] as const) {
    testWith(NEEDS, `has texts that can be read, ${name}`, async () => {
      const { page } = await show(screen);
      const { texts, weak } = await weakContrasts(page, 4.5);
      expect(texts).toBeGreaterThan(300);
      expect(weak).toEqual([]);
      await takeScreenshot(page, `page-${name}`);
    });
  }

  testWith(NEEDS, 'sorts tables by a click: numbers from the largest, then from the smallest', async () => {
    const { page } = await show(DESKTOP);
    const section = componentsOf(page);
    const head = section.getByRole('columnheader', { name: 'Files' });
    await head.getByRole('button').click();
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    expect(await section.locator('th[aria-sort]').count()).toBe(1);
    const files = (await columnOf(page, 'Components', 'Files')).map(Number);
    expect(files.length).toBeGreaterThan(50);
    expect(files).toEqual(files.toSorted((left, right) => right - left));
    await head.getByRole('button').click();
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    expect((await columnOf(page, 'Components', 'Files')).map(Number)).toEqual(
      files.toSorted((left, right) => left - right),
    );
  });

  testWith(NEEDS, 'sorts tables with the keyboard, texts by their letters', async () => {
    const { page } = await show(DESKTOP);
    const before = await columnOf(page, 'Components', 'Component');
    const section = componentsOf(page);
    const button = section.getByRole('button', { name: 'Component', exact: true });
    await section.getByRole('region').focus();
    await page.keyboard.press('Tab');
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    const sorted = await columnOf(page, 'Components', 'Component');
    expect(sorted).not.toEqual(before);
    expect(sorted).toEqual(before.toSorted(new Intl.Collator('en', { numeric: true }).compare));
    await page.keyboard.press('Space');
    expect(await columnOf(page, 'Components', 'Component')).toEqual(sorted.toReversed());
  });

  testWith(NEEDS, 'fits a phone: tables scroll, the page does not', async () => {
    const { page, complaints } = await show(PHONE);
    const widths = await page.evaluate(() => ({
      page: document.documentElement.scrollWidth,
      window: window.innerWidth,
      regions: Array.from(
        document.querySelectorAll('.scroll'),
        ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
      ),
      map: document.querySelector('svg.narrow')?.getBoundingClientRect().width ?? 0,
    }));
    expect(widths.page).toBe(360);
    expect(widths.window).toBe(360);
    expect(Math.max(...widths.regions)).toBeGreaterThan(0);
    expect(widths.map).toBeGreaterThan(300);
    expect(complaints).toEqual([]);
  });

  testWith(NEEDS, 'says what the pointer is on, and has the same without scripts', async () => {
    const { page } = await show(DESKTOP);
    const largest = page.locator('svg.wide rect[data-bytes]').first();
    await largest.hover({ position: { x: 40, y: 40 } });
    const title = await largest.locator('title').textContent();
    expect(await page.locator('.readout').textContent()).toBe(title?.split('\n').join(' · '));
    const plain = await show({ ...DESKTOP, javaScriptEnabled: false });
    expect(await plain.page.locator('tbody tr').count()).toBe(await page.locator('tbody tr').count());
  });
});

describe('the pages of inspect and diff in Chromium', () => {
  let browser: Browser;
  const pages: Record<'inspect' | 'diff', string> = { inspect: '', diff: '' };

  beforeAll(async () => {
    if (!haveAll(NEEDS)) return;
    browser = await launchBrowser();
    const rootfs = await makeRootfs('debian');
    const without = [...buildArguments(rootfs, 'without'), '--prune', '/usr/bin/perl', '--max-layers', '20'];
    await layahOrFail(buildArguments(rootfs, 'with'));
    await layahOrFail(without);
    const directory = inject('runDirectory');
    for (const name of ['inspect', 'diff'] as const) pages[name] = join(directory, `${name}.html`);
    await layahOrFail(['inspect', archivePath('with'), '--html', pages.inspect]);
    await layahOrFail(['diff', archivePath('without'), archivePath('with'), '--files', '--html', pages.diff]);
  });
  afterAll(async () => browser?.close());

  for (const name of ['inspect', 'diff'] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      testWith(NEEDS, `hold what a map and texts have to, ${name}, ${colorScheme}`, async () => {
        const { page, complaints } = await showFile(browser, pages[name], { ...DESKTOP, colorScheme });
        expect((await largestAreaError(page)).error).toBeLessThan(0.01);
        expect((await strayLabels(page)).stray).toEqual([]);
        expect((await weakContrasts(page, 4.5)).weak).toEqual([]);
        expect(complaints).toEqual([]);
        await takeScreenshot(page, `${name}-${colorScheme}`);
      });
    }
  }

  testWith(NEEDS, 'say what an update downloads', async () => {
    const { page } = await showFile(browser, pages.diff, PHONE);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await columnOf(page, 'Files', 'File')).toContain('/usr/bin/perl');
    const components = await columnOf(page, 'Components', 'Component');
    const changes = await columnOf(page, 'Components', 'Change');
    expect(changes[components.indexOf('dpkg/perl')]).toBe('updated');
  });
});

describe('the page of a hostile tree in Chromium', () => {
  const needs = ['chromium'];

  testWith(needs, 'shows names as text, and runs none of them', async () => {
    const directory = join(inject('runDirectory'), 'hostile-names');
    const names = [
      '<img src=x onerror=alert(1)>',
      '"><script>alert(2)<',
      `'><svg onload=alert(3)>`,
      '</title><style>* { display: none }<',
      'new\nline\u202eturned',
    ];
    await mkdir(directory);
    for (const name of names)
      await writeFile(join(directory, name.replaceAll('/', '\u2215')), 'x'.repeat(2_000_000));
    await writeFile(
      Buffer.concat([Buffer.from(`${directory}/latin1-`), Buffer.of(0xe9)]),
      'x'.repeat(3_000_000),
    );
    const path = join(inject('runDirectory'), 'hostile.html');
    await layahOrFail([...buildArguments(directory, 'hostile'), '--html', path]);
    const browser = await launchBrowser();
    try {
      const { page, complaints } = await showFile(browser, path, DESKTOP);
      expect(await columnOf(page, 'Largest files', 'File')).toEqual([
        String.raw`/latin1-\xe9`,
        ...names
          .map((name) => `/${name.replaceAll('/', '\u2215')}`)
          .map((name) => name.replace('\n', String.raw`\x0a`).replace('\u202e', String.raw`\u202e`))
          .toSorted(),
      ]);
      expect(complaints).toEqual([]);
      expect(await page.locator('img, body style').count()).toBe(0);
      expect((await strayLabels(page)).stray).toEqual([]);
    } finally {
      await browser.close();
    }
    expect((await readFile(path)).includes('<img')).toBe(false);
  });
});

function componentsOf(page: Page): Locator {
  return page.locator('section', { has: page.getByRole('heading', { name: /^Components/ }) });
}

function archivePath(name: string): string {
  return join(inject('runDirectory'), `page-${name}.ociarchive`);
}

function buildArguments(rootfs: string, name: string): string[] {
  const archive = archivePath(name);
  return [
    'build',
    '--rootfs',
    rootfs,
    '-o',
    archive,
    '--compression',
    'none',
    '--source-date-epoch',
    '1790000000',
    '-q',
  ];
}
