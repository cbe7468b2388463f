import { defaultTreeAdapter as adapter, type DefaultTreeAdapterTypes, html, parse } from 'parse5';

type Node = DefaultTreeAdapterTypes.ChildNode;

/** An element as a browser would have it. */
export interface ParsedElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  /** All that is in it, each followed by what is in that. */
  readonly children: readonly ParsedElement[];
}

/** All elements of a page, by the rules of the HTML standard. @throws for what these rules call an error. */
export function parsePage(page: string): ParsedElement[] {
  const errors: string[] = [];
  const document = parse(page, { onParseError: ({ code }) => errors.push(code) });
  if (errors.length > 0) throw new Error(`not valid HTML: ${errors.join(', ')}`);
  if (document.mode !== html.DOCUMENT_MODE.NO_QUIRKS) throw new Error('the page has no doctype');
  return elementsBelow(document.childNodes);
}

function elementsBelow(nodes: readonly Node[]): ParsedElement[] {
  return nodes.flatMap((node) => {
    if (!adapter.isElementNode(node)) return [];
    const children = elementsBelow(node.childNodes);
    const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [name, value]));
    const element: ParsedElement = {
      name: node.tagName,
      attributes,
      text: textOf(node.childNodes),
      children,
    };
    return [element].concat(children);
  });
}

function textOf(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (adapter.isTextNode(node)) return node.value;
      return adapter.isElementNode(node) ? textOf(node.childNodes) : '';
    })
    .join('');
}
