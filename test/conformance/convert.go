package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images/converter"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/containerd/platforms"
	nativeconverter "github.com/containerd/stargz-snapshotter/nativeconverter/estargz"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// convert does what `ctr-remote image convert --estargz --oci --all-platforms` does, in a content store of its own
// instead of the daemon's. OUT becomes an OCI layout.
func convert(arguments []string) error {
	options, err := parseBuildFlags(arguments)
	if err != nil {
		return err
	}
	layout, output := options.tarPath, options.outputPath
	ctx := context.Background()
	store, err := local.NewLabeledStore(output, make(memoryLabels))
	if err != nil {
		return err
	}
	index, err := ingestLayout(ctx, store, layout)
	if err != nil {
		return err
	}
	layers := nativeconverter.LayerConvertFunc(options.forLibrary(nil)...)
	for position, manifest := range index.Manifests {
		converted, err := converter.DefaultIndexConvertFunc(layers, true, platforms.All)(ctx, store, manifest)
		if err != nil {
			return err
		}
		if converted == nil {
			return fmt.Errorf("%s was not converted", manifest.Digest)
		}
		index.Manifests[position] = *converted
	}
	return writeLayout(output, index)
}

func ingestLayout(ctx context.Context, store content.Store, layout string) (index ocispec.Index, err error) {
	indexBytes, err := os.ReadFile(filepath.Join(layout, "index.json"))
	if err != nil {
		return index, err
	}
	if err := json.Unmarshal(indexBytes, &index); err != nil {
		return index, err
	}
	blobs, err := os.ReadDir(filepath.Join(layout, "blobs", "sha256"))
	if err != nil {
		return index, err
	}
	for _, entry := range blobs {
		if err := ingestBlob(ctx, store, filepath.Join(layout, "blobs", "sha256", entry.Name())); err != nil {
			return index, err
		}
	}
	return index, nil
}

func ingestBlob(ctx context.Context, store content.Store, path string) error {
	blob, err := os.Open(path)
	if err != nil {
		return err
	}
	defer blob.Close()
	info, err := blob.Stat()
	if err != nil {
		return err
	}
	name := digest.NewDigestFromEncoded(digest.SHA256, filepath.Base(path))
	return content.WriteBlob(ctx, store, name.String(), blob, ocispec.Descriptor{Digest: name, Size: info.Size()})
}

func writeLayout(directory string, index ocispec.Index) error {
	indexBytes, err := json.Marshal(index)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(directory, "index.json"), indexBytes, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(directory, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644)
}

// memoryLabels is what containerd keeps in its database.
type memoryLabels map[digest.Digest]map[string]string

func (labels memoryLabels) Get(name digest.Digest) (map[string]string, error) {
	return labels[name], nil
}

func (labels memoryLabels) Set(name digest.Digest, values map[string]string) error {
	labels[name] = values
	return nil
}

func (labels memoryLabels) Update(name digest.Digest, values map[string]string) (map[string]string, error) {
	if labels[name] == nil {
		labels[name] = make(map[string]string)
	}
	for key, value := range values {
		labels[name][key] = value
	}
	return labels[name], nil
}
