import type { Page } from 'playwright-core';

/** Of the leaves of the map that is shown: how far the area of each is from its share of the bytes, at most; 0.01 is 1 %. */
export async function largestAreaError(page: Page): Promise<{ leaves: number; error: number }> {
  return page.evaluate(() => {
    const maps = Array.from(document.querySelectorAll<SVGSVGElement>('svg.map'));
    const map = maps.find((each) => getComputedStyle(each).display !== 'none');
    if (map === undefined) throw new Error('no map is shown');
    const rectangles = Array.from(map.querySelectorAll<SVGRectElement>('rect[data-bytes]'));
    const bytesOf = (rectangle: SVGRectElement): number => Number(rectangle.dataset['bytes']);
    const total = rectangles.reduce((sum, rectangle) => sum + bytesOf(rectangle), 0);
    const whole = map.viewBox.baseVal;
    const errors = rectangles.map((rectangle) => {
      const { width, height } = rectangle.getBBox();
      const share = (width * height) / (whole.width * whole.height);
      return Math.abs(share / (bytesOf(rectangle) / total) - 1);
    });
    return { leaves: rectangles.length, error: Math.max(...errors) };
  });
}

/** The labels of the map that is shown that are not wholly in a rectangle of a leaf. */
export async function strayLabels(page: Page): Promise<{ labels: number; stray: string[] }> {
  return page.evaluate(() => {
    const shown = (element: Element): boolean => element.getClientRects().length > 0;
    const rectangles = Array.from(document.querySelectorAll('svg.map rect[data-bytes]'))
      .filter(shown)
      .map((element) => element.getBoundingClientRect());
    const labels = Array.from(document.querySelectorAll('svg.map text')).filter(shown);
    const isStray = (label: Element): boolean => {
      const { left, right, top, bottom } = label.getBoundingClientRect();
      return !rectangles.some(
        (outer) =>
          outer.left <= left && outer.right >= right && outer.top <= top + 1 && outer.bottom >= bottom - 1,
      );
    };
    return { labels: labels.length, stray: labels.filter(isStray).map((label) => label.textContent) };
  });
}

/** The texts whose contrast with what is behind them is below that, as WCAG 2 counts it. */
export async function weakContrasts(page: Page, least: number): Promise<{ texts: number; weak: string[] }> {
  return page.evaluate((limit) => {
    type Color = readonly [number, number, number, number];
    const parse = (text: string): Color => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
      return [red, green, blue, text === 'none' ? 0 : alpha];
    };
    const luminance = ([red, green, blue]: Color): number => {
      const [r = 0, g = 0, b = 0] = [red, green, blue].map((channel) => {
        const value = channel / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (left: Color, right: Color): number => {
      const [dark = 0, light = 0] = [luminance(left), luminance(right)].toSorted((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    const backgroundOf = (element: Element): Color => {
      for (let each: Element | null = element; each !== null; each = each.parentElement) {
        const color = parse(getComputedStyle(each).backgroundColor);
        if (color[3] > 0) return color;
      }
      return [255, 255, 255, 1];
    };
    const leafBehind = (label: Element): Element => {
      const { left, top, width, height } = label.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const leaf = Array.from(document.querySelectorAll('svg.map rect[data-bytes]')).find((each) => {
        const box = each.getBoundingClientRect();
        return box.left <= x && box.right >= x && box.top <= y && box.bottom >= y;
      });
      if (leaf === undefined) throw new Error(`nothing is behind ${label.textContent}`);
      return leaf;
    };
    const holdsText = (element: Element): boolean =>
      Array.from(element.childNodes).some(
        (node) => node.nodeType === 3 && (node.nodeValue ?? '').trim() !== '',
      );
    const texts = Array.from(document.body.querySelectorAll('*')).filter(
      (element) => element.getClientRects().length > 0 && element.localName !== 'title' && holdsText(element),
    );
    const contrastOf = (element: Element): number => {
      const { color, fill } = getComputedStyle(element);
      return element.localName === 'text'
        ? contrast(parse(fill), parse(getComputedStyle(leafBehind(element)).fill))
        : contrast(parse(color), backgroundOf(element));
    };
    const weak = texts
      .map((element) => ({ text: element.textContent, value: contrastOf(element) }))
      .filter(({ value }) => value < limit);
    return { texts: texts.length, weak: weak.map(({ text, value }) => `${text}: ${value.toFixed(2)}`) };
  }, least);
}

/** A column of a table, from the top down; the head is the button's text. */
export async function columnOf(page: Page, table: string, head: string): Promise<string[]> {
  return page.evaluate(
    ([title = '', text = '']) => {
      const section = Array.from(document.querySelectorAll('section')).find(
        (each) => each.querySelector('h2')?.firstChild?.nodeValue?.trim() === title,
      );
      const rows = Array.from(section?.querySelectorAll('tr') ?? []);
      const column = Array.from(rows[0]?.cells ?? []).findIndex((cell) => cell.textContent === text);
      return rows
        .slice(1)
        .map((row) => row.cells[column]?.dataset['value'] ?? row.cells[column]?.textContent ?? '');
    },
    [table, head],
  );
}
