import { COMPONENT_ANNOTATION, decodeComponentNames, FINGERPRINT_ANNOTATION } from '../model/annotations.ts';
import { ENGINE_ANNOTATION } from '../model/gzip-engine.ts';
import type { PreviousComponent, PreviousImage, PreviousLayer } from '../model/layer-plan.ts';
import type { ReadDescriptor, ReadManifest } from '../oci/schemas.ts';

/** What an image says of the components in its layers, or why it cannot be used. */
export type RecordedLayers =
  | { readonly kind: 'image'; readonly image: PreviousImage }
  /** problem: a clause that says what is wrong with the image. */
  | { readonly kind: 'unusable'; readonly problem: string };

/** Reads the annotations of all layers. They are hints that others may have changed: all must make sense, or none counts. */
export function readRecordedLayers({ layers }: ReadManifest): RecordedLayers {
  if (layers.every((layer) => layer.annotations?.[COMPONENT_ANNOTATION] === undefined)) {
    return unusable(
      'none of its layers says what it holds: it was not written by layah, or podman has compressed its layers anew',
    );
  }
  const recorded: PreviousLayer[] = [];
  const seen = new Set<string>();
  for (const layer of layers) {
    const components = readComponents(layer);
    if (typeof components === 'string') return unusable(`layer ${layer.digest}: ${components}`);
    for (const { name } of components) {
      if (seen.has(name)) return unusable(`layer ${layer.digest}: ${JSON.stringify(name)} is named twice`);
      seen.add(name);
    }
    recorded.push({ components });
  }
  const engines = new Set(layers.flatMap(({ annotations }) => annotations?.[ENGINE_ANNOTATION] ?? []));
  return { kind: 'image', image: { layers: recorded, engines: [...engines] } };
}

/** What one layer says; empty when it says nothing, or nothing that makes sense. */
export function recordedComponentNames({ annotations }: ReadDescriptor): readonly string[] {
  const names = decodeNames(annotations?.[COMPONENT_ANNOTATION]);
  return typeof names === 'string' ? [] : names;
}

/**
 * Why what a layer says of its components makes no sense; it may say nothing, or only their names. Whether fingerprints are
 * right cannot be told: nothing says which files of the layer belong to which component.
 */
export function recordedProblem(layer: ReadDescriptor): string | undefined {
  const { [COMPONENT_ANNOTATION]: names, [FINGERPRINT_ANNOTATION]: fingerprints } = layer.annotations ?? {};
  if (names === undefined && fingerprints === undefined) return undefined;
  const read = fingerprints === undefined ? decodeNames(names) : readComponents(layer);
  return typeof read === 'string' ? read : undefined;
}

/** Of base64url characters; their number may be another one some day. */
const FINGERPRINT = /^[\w-]{1,64}$/;

/** @returns a clause that says what is wrong. */
function readComponents({ annotations }: ReadDescriptor): PreviousComponent[] | string {
  const names = decodeNames(annotations?.[COMPONENT_ANNOTATION]);
  if (typeof names === 'string') return names;
  const written = annotations?.[FINGERPRINT_ANNOTATION];
  if (written === undefined) return `it has no ${FINGERPRINT_ANNOTATION}`;
  const fingerprints = written.split(',');
  if (fingerprints.length !== names.length) {
    return `${FINGERPRINT_ANNOTATION} has ${fingerprints.length} fingerprints for ${names.length} components`;
  }
  if (!fingerprints.every((each) => FINGERPRINT.test(each))) {
    return `${FINGERPRINT_ANNOTATION} is no list of fingerprints`;
  }
  return names.map((name, index) => ({ name, fingerprint: fingerprints[index] ?? '' }));
}

function decodeNames(written: string | undefined): string[] | string {
  if (written === undefined) return `it has no ${COMPONENT_ANNOTATION}`;
  try {
    const names = decodeComponentNames(written);
    if (names.length > 0 && names.every((name) => name !== '')) return names;
  } catch {
    // Percent signs that are no encoding: said below.
  }
  return `${COMPONENT_ANNOTATION} is no list of component names`;
}

function unusable(problem: string): RecordedLayers {
  return { kind: 'unusable', problem };
}
