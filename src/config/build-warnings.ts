import type { BuildOptions, ConvertOptions, PlanOptions } from '../model/options.ts';

/** moby, daemon/internal/layer/layer_store.go, maxLayerDepth. */
const DOCKER_MAX_LAYERS = 125;
/** Linux, fs/overlayfs/params.h, OVL_MAX_STACK. */
const OVERLAY_MAX_LAYERS = 500;

/** What users of build and convert should know before they go on, one sentence each. */
export function buildNotes({ format, output }: BuildOptions | ConvertOptions): string[] {
  if (format !== 'estargz' || output.kind !== 'stdout') return [];
  return [
    'podman load followed by podman push compresses the layers anew, after which they cannot be pulled lazily; ' +
      'to keep them as they are use -o docker://REGISTRY/NAME:TAG, or -o FILE and skopeo copy oci-archive:FILE docker://...',
  ];
}

/** What is allowed and yet may not be what the user wants, one sentence each. */
export function buildWarnings(options: PlanOptions): string[] {
  if (options.maxLayers > OVERLAY_MAX_LAYERS) {
    return [
      `--max-layers ${options.maxLayers}: overlayfs mounts at most ${OVERLAY_MAX_LAYERS} layers, so the image may not run`,
    ];
  }
  const { targets } = options;
  if (options.maxLayers > DOCKER_MAX_LAYERS && (targets.length === 0 || targets.includes('docker'))) {
    return [
      `--max-layers ${options.maxLayers}: Docker refuses images with more than ${DOCKER_MAX_LAYERS} layers`,
    ];
  }
  return [];
}
