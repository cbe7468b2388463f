package main

import (
	"fmt"
	"os"
	"path"

	"github.com/containerd/stargz-snapshotter/estargz"
	"github.com/containerd/stargz-snapshotter/metadata"
	"github.com/containerd/stargz-snapshotter/metadata/memory"
	"github.com/opencontainers/go-digest"
)

// readMetadata reads a layer the way the snapshotter's default store does.
func readMetadata(image *image, layer layer, report *layerReport) error {
	blob, err := image.blob(layer.descriptor)
	if err != nil {
		return err
	}
	if layer.format() == plain {
		return nil
	}
	reader, err := memory.NewReader(blob, metadata.WithDecompressors(image.externalTOC(layer)))
	if err != nil {
		return err
	}
	defer reader.Close()
	if said := layer.Annotations[estargz.TOCJSONDigestAnnotation]; reader.TOCDigest().String() != said {
		return fmt.Errorf("TOC digest is %s, the annotation says %q", reader.TOCDigest(), said)
	}
	for _, name := range []string{estargz.PrefetchLandmark, estargz.NoPrefetchLandmark} {
		if _, _, err := reader.GetChild(reader.RootID(), name); err == nil {
			report.Landmark = name
		}
	}
	return readDirectory(reader, reader.RootID(), "", report)
}

func readDirectory(reader metadata.Reader, id uint32, name string, report *layerReport) error {
	var failure error
	err := reader.ForeachChild(id, func(base string, child uint32, mode os.FileMode) bool {
		report.Entries++
		childName := path.Join(name, base)
		switch {
		case mode.IsDir():
			failure = readDirectory(reader, child, childName, report)
		case mode.IsRegular():
			failure = readContent(reader, child, childName, report)
		}
		return failure == nil
	})
	if failure != nil {
		return failure
	}
	return err
}

func readContent(reader metadata.Reader, id uint32, name string, report *layerReport) error {
	attributes, err := reader.GetAttr(id)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	file, err := reader.OpenFile(id)
	if err != nil {
		return fmt.Errorf("opening %s: %w", name, err)
	}
	for offset := int64(0); offset < attributes.Size; {
		start, size, expected, found := file.ChunkEntryForOffset(offset)
		if !found || start != offset || size <= 0 {
			return fmt.Errorf("%s has no chunk at %d", name, offset)
		}
		hash := digest.Canonical.Digester()
		if err := readAll(hash.Hash(), file, offset, size); err != nil {
			return fmt.Errorf("reading %s at %d: %w", name, offset, err)
		}
		if hash.Digest().String() != expected {
			return fmt.Errorf("%s at %d: content has %s, the TOC says %s", name, offset, hash.Digest(), expected)
		}
		report.Chunks++
		report.Bytes += size
		offset += size
	}
	return nil
}
