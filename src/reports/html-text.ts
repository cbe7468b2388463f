import { printableText } from '../model/terminal-text.ts';

/*
 * HTML text (https://html.spec.whatwg.org/multipage/syntax.html). What a browser would not show as it is written, or
 * what would turn the text around it, is shown as on a terminal; a line break too, which HTML takes for a space.
 */

/** Text for people, before it is written as HTML. */
export function shownText(text: string): string {
  return printableText(text)
    .replaceAll('\n', String.raw`\x0a`)
    .replace(/\p{Surrogate}|\p{Noncharacter_Code_Point}|\u200e|\u200f|\u061c/gu, escapeCodePoint);
}

/** For the content of an element, and for an attribute's value in double quotes. */
export function htmlText(text: string): string {
  return shownText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeCodePoint(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
