package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/containerd/stargz-snapshotter/estargz"
	"github.com/containerd/stargz-snapshotter/estargz/externaltoc"
	"github.com/opencontainers/go-digest"
)

// image gives the files of an OCI layout, whether they lie in a tar or in a directory.
type image struct {
	archive *os.File
	files   map[string]*io.SectionReader
	root    *os.Root
	opened  []*os.File
	// tocs are the external TOCs of a TOC image, by the digests of their layers.
	tocs map[string]descriptor
}

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      digest.Digest     `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations"`
}

type layer struct {
	descriptor
	diffID digest.Digest
}

const plain = "plain"

// On every layer of a TOC image: the layer that the TOC belongs to.
const layerDigestAnnotation = "containerd.io/snapshot/stargz/layer.digest"

// externalTOC finds the TOC of a layer whose footer says that it is elsewhere.
func (image *image) externalTOC(layer layer) *externaltoc.GzipDecompressor {
	return externaltoc.NewGzipDecompressor(func() ([]byte, error) {
		of, found := image.tocs[layer.Digest.String()]
		if !found {
			return nil, fmt.Errorf("no TOC image has the TOC of %s", layer.Digest)
		}
		blob, err := image.blob(of)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(blob)
	})
}

func (layer layer) format() string {
	if _, found := layer.Annotations[estargz.TOCJSONDigestAnnotation]; found {
		return "estargz"
	}
	return plain
}

func openImage(location string) (*image, error) {
	info, err := os.Stat(location)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		root, err := os.OpenRoot(location)
		return &image{root: root, tocs: map[string]descriptor{}}, err
	}
	archive, err := os.Open(location)
	if err != nil {
		return nil, err
	}
	files, err := indexArchive(archive)
	return &image{archive: archive, files: files, tocs: map[string]descriptor{}}, err
}

func indexArchive(archive *os.File) (map[string]*io.SectionReader, error) {
	files := map[string]*io.SectionReader{}
	for members := tar.NewReader(archive); ; {
		header, err := members.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", archive.Name(), err)
		}
		offset, err := archive.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, err
		}
		files[path.Clean(header.Name)] = io.NewSectionReader(archive, offset, header.Size)
	}
}

func (image *image) Close() error {
	var all []error
	for _, file := range image.opened {
		all = append(all, file.Close())
	}
	if image.archive != nil {
		all = append(all, image.archive.Close())
	}
	if image.root != nil {
		all = append(all, image.root.Close())
	}
	return errors.Join(all...)
}

func (image *image) open(name string) (*io.SectionReader, error) {
	if image.root == nil {
		file, found := image.files[name]
		if !found {
			return nil, fmt.Errorf("%s is not in the archive", name)
		}
		return io.NewSectionReader(file, 0, file.Size()), nil
	}
	file, err := image.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	image.opened = append(image.opened, file)
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return io.NewSectionReader(file, 0, info.Size()), nil
}

// blob opens a blob whose bytes match the descriptor.
func (image *image) blob(of descriptor) (*io.SectionReader, error) {
	if err := of.Digest.Validate(); err != nil {
		return nil, err
	}
	file, err := image.open(path.Join("blobs", of.Digest.Algorithm().String(), of.Digest.Encoded()))
	if err != nil {
		return nil, err
	}
	if file.Size() != of.Size {
		return nil, fmt.Errorf("%s has %d bytes, its descriptor says %d", of.Digest, file.Size(), of.Size)
	}
	verifier := of.Digest.Verifier()
	if _, err := io.Copy(verifier, io.NewSectionReader(file, 0, file.Size())); err != nil {
		return nil, err
	}
	if !verifier.Verified() {
		return nil, fmt.Errorf("%s has other content than its digest says", of.Digest)
	}
	return file, nil
}

func (image *image) blobJSON(of descriptor, value any) error {
	file, err := image.blob(of)
	if err != nil {
		return err
	}
	return json.NewDecoder(file).Decode(value)
}

type index struct{ Manifests []descriptor }

// layers lists the layers of every manifest in the index and in the indexes below it.
func (image *image) layers() ([]layer, error) {
	var top index
	file, err := image.open("index.json")
	if err != nil {
		return nil, err
	}
	if err := json.NewDecoder(file).Decode(&top); err != nil {
		return nil, fmt.Errorf("reading index.json: %w", err)
	}
	return image.layersBelow(top)
}

func (image *image) layersBelow(above index) (all []layer, err error) {
	for _, of := range above.Manifests {
		var layers []layer
		if of.MediaType == "application/vnd.oci.image.index.v1+json" {
			var below index
			if err := image.blobJSON(of, &below); err != nil {
				return nil, fmt.Errorf("reading index: %w", err)
			}
			layers, err = image.layersBelow(below)
		} else {
			layers, err = image.layersOf(of)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, layers...)
	}
	return all, nil
}

// takeTOCs says whether these are the layers of a TOC image, and keeps them if so.
func (image *image) takeTOCs(layers []descriptor) bool {
	for _, of := range layers {
		digest, found := of.Annotations[layerDigestAnnotation]
		if !found {
			return false
		}
		image.tocs[digest] = of
	}
	return len(layers) > 0
}

func (image *image) layersOf(of descriptor) (layers []layer, err error) {
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	if err := image.blobJSON(of, &manifest); err != nil {
		return nil, fmt.Errorf("reading manifest: %w", err)
	}
	if image.takeTOCs(manifest.Layers) {
		return nil, nil
	}
	var config struct {
		RootFS struct {
			DiffIDs []digest.Digest `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if err := image.blobJSON(manifest.Config, &config); err != nil {
		return nil, fmt.Errorf("reading image config: %w", err)
	}
	if len(config.RootFS.DiffIDs) != len(manifest.Layers) {
		return nil, fmt.Errorf("%d diff IDs for %d layers", len(config.RootFS.DiffIDs), len(manifest.Layers))
	}
	for index, of := range manifest.Layers {
		layers = append(layers, layer{of, config.RootFS.DiffIDs[index]})
	}
	return layers, nil
}
