/** One line of what users say about components with `--components`. */
export interface ComponentMapRule {
  /** Where in the file it begins, counted from 1. */
  readonly lineNumber: number;
  /** As written: an absolute path, or a glob with `*`, `?`, `[...]`, `**` and backslashes. */
  readonly pattern: string;
  /** The component is called `map/<name>`. */
  readonly componentName: string;
}

/** What all lines about one component say of it together. */
export interface MappedComponent {
  readonly name: string;
  readonly updateIntervalDays: number | undefined;
  /** It gets a layer of its own. */
  readonly exclusive: boolean;
}

export interface ComponentMap {
  /** For messages: the file. */
  readonly origin: string;
  /** In the order of the file: of two that match a path the later one wins. */
  readonly rules: readonly ComponentMapRule[];
  /** In the order of their first rules. */
  readonly components: readonly MappedComponent[];
}

/** The name of a component of the map in the image. */
export function mappedComponentName(name: string): string {
  return `map/${name}`;
}
