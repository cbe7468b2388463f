import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { repositoryDirectory } from './layah.ts';

/** Debian's. As root it needs --no-sandbox; the others keep it from looking for servers of its maker. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
}

export const DESKTOP: Screen = { width: 1280, height: 1000, colorScheme: 'light' };
export const PHONE: Screen = { width: 360, height: 740, colorScheme: 'light' };

export interface ShownPage {
  readonly page: Page;
  /** What the console and the page complained of, and every address that was asked for but the page's own. */
  readonly complaints: readonly string[];
}

/** Opens a file in a window of its own. */
export async function showFile(browser: Browser, path: string, screen: Screen): Promise<ShownPage> {
  const { width, height, ...settings } = screen;
  const context = await browser.newContext({ viewport: { width, height }, ...settings });
  const page = await context.newPage();
  const url = pathToFileURL(path).href;
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (request.url() !== url) complaints.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, complaints };
}

/** Of the whole page, in .out/screenshots. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  const directory = join(repositoryDirectory, '.out/screenshots');
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  console.log(`screenshot: ${path}`);
}
