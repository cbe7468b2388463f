package main

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/containerd/stargz-snapshotter/estargz"
	"github.com/opencontainers/go-digest"
)

func checkLayer(image *image, layer layer, report *layerReport) error {
	blob, err := image.blob(layer.descriptor)
	if err != nil {
		return err
	}
	diffID, size, err := digestOfUncompressed(io.NewSectionReader(blob, 0, blob.Size()))
	if err != nil {
		return fmt.Errorf("gunzip: %w", err)
	}
	if diffID != layer.diffID {
		return fmt.Errorf("diff ID is %s, the image config says %s", diffID, layer.diffID)
	}
	if layer.format() == plain {
		return nil
	}
	if said := layer.Annotations[estargz.StoreUncompressedSizeAnnotation]; said != fmt.Sprint(size) {
		return fmt.Errorf("uncompressed size is %d, the annotation says %q", size, said)
	}
	reader, err := estargz.Open(blob, estargz.WithDecompressors(image.externalTOC(layer)))
	if err != nil {
		return err
	}
	verifier, err := verifyTOC(reader, digest.Digest(layer.Annotations[estargz.TOCJSONDigestAnnotation]), report)
	if err != nil {
		return err
	}
	if err := checkLandmark(reader, report); err != nil {
		return err
	}
	root, found := reader.Lookup("")
	if !found {
		return fmt.Errorf("the TOC has no root")
	}
	return (&walk{reader, verifier, report}).directory("", root)
}

// verifyTOC takes the library's verifier. That refuses every layer in which chunks share gzip members ("found twice"), as
// stargz-snapshotter, which has one of its own, does not: then the chunk digests alone count.
func verifyTOC(reader *estargz.Reader, expected digest.Digest, report *layerReport) (estargz.TOCEntryVerifier, error) {
	verifier, err := reader.VerifyTOC(expected)
	if err == nil || !strings.Contains(err.Error(), "found twice") {
		return verifier, err
	}
	if reader.TOCDigest() != expected {
		return nil, fmt.Errorf("TOC digest is %s, the annotation says %s", reader.TOCDigest(), expected)
	}
	report.Merged = true
	return chunkDigests{}, nil
}

type chunkDigests struct{}

func (chunkDigests) Verifier(chunk *estargz.TOCEntry) (digest.Verifier, error) {
	of, err := digest.Parse(chunk.ChunkDigest)
	if err != nil {
		return nil, err
	}
	return of.Verifier(), nil
}

func checkLandmark(reader *estargz.Reader, report *layerReport) error {
	_, prefetch := reader.Lookup(estargz.PrefetchLandmark)
	_, noPrefetch := reader.Lookup(estargz.NoPrefetchLandmark)
	switch {
	case prefetch && noPrefetch:
		return fmt.Errorf("both landmarks are there")
	case prefetch:
		report.Landmark = estargz.PrefetchLandmark
	case noPrefetch:
		report.Landmark = estargz.NoPrefetchLandmark
	default:
		return fmt.Errorf("no landmark")
	}
	content, err := reader.OpenFile(report.Landmark)
	if err != nil {
		return err
	}
	bytes, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	if string(bytes) != "\x0f" {
		return fmt.Errorf("%s holds %x, not 0f", report.Landmark, bytes)
	}
	return nil
}

type walk struct {
	reader   *estargz.Reader
	verifier estargz.TOCEntryVerifier
	report   *layerReport
}

func (walk *walk) directory(name string, directory *estargz.TOCEntry) (err error) {
	directory.ForeachChild(func(base string, child *estargz.TOCEntry) bool {
		walk.report.Entries++
		childName := path.Join(name, base)
		switch child.Type {
		case "dir":
			err = walk.directory(childName, child)
		case "reg":
			// By the entry's own name: for that of a hardlink the library finds only the first chunk.
			err = walk.file(child.Name, child)
		}
		return err == nil
	})
	return err
}

func (walk *walk) file(name string, file *estargz.TOCEntry) error {
	whole := digest.Canonical.Digester()
	content, err := walk.reader.OpenFile(name)
	if err != nil {
		return fmt.Errorf("opening %s: %w", name, err)
	}
	for offset := int64(0); offset < file.Size; {
		chunk, found := walk.reader.ChunkEntryForOffset(name, offset)
		if !found || chunk.ChunkOffset != offset || chunk.ChunkSize <= 0 {
			return fmt.Errorf("%s has no chunk at %d", name, offset)
		}
		verifier, err := walk.verifier.Verifier(chunk)
		if err != nil {
			return fmt.Errorf("%s at %d: %w", name, offset, err)
		}
		if err := readAll(io.MultiWriter(verifier, whole.Hash()), content, chunk.ChunkOffset, chunk.ChunkSize); err != nil {
			return fmt.Errorf("reading %s at %d: %w", name, offset, err)
		}
		if !verifier.Verified() {
			return fmt.Errorf("%s at %d: content does not match its chunk digest", name, offset)
		}
		walk.report.Chunks++
		walk.report.Bytes += chunk.ChunkSize
		offset += chunk.ChunkSize
	}
	if whole.Digest().String() != file.Digest {
		return fmt.Errorf("%s: content has %s, the TOC says %s", name, whole.Digest(), file.Digest)
	}
	return nil
}

// readAll reads in one piece: every read begins to inflate at the chunk's start.
func readAll(destination io.Writer, content io.ReaderAt, offset, size int64) error {
	buffer := make([]byte, size)
	if _, err := content.ReadAt(buffer, offset); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	_, err := destination.Write(buffer)
	return err
}
