package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/containerd/stargz-snapshotter/estargz"
	"github.com/containerd/stargz-snapshotter/estargz/externaltoc"
	"github.com/opencontainers/go-digest"
)

type buildOptions struct {
	level, chunkSize, minChunkSize, parallelism int
	prioritized                                 []string
	tarPath, outputPath, externalTOC            string
}

// builtLayer is what an image's manifest and config say of the blob.
type builtLayer struct {
	Digest           digest.Digest `json:"digest"`
	DiffID           digest.Digest `json:"diffId"`
	TOCDigest        digest.Digest `json:"tocDigest"`
	Size             int64         `json:"size"`
	UncompressedSize int64         `json:"uncompressedSize"`
	// TOCSize is that of the TOC's own blob, when it is external.
	TOCSize int `json:"tocSize,omitempty"`
}

func build(arguments []string) error {
	options, err := parseBuildFlags(arguments)
	if err != nil {
		return err
	}
	tar, err := os.Open(options.tarPath)
	if err != nil {
		return err
	}
	defer tar.Close()
	info, err := tar.Stat()
	if err != nil {
		return err
	}
	compressor := externaltoc.NewGzipCompressorWithLevel(options.level)
	blob, err := estargz.Build(io.NewSectionReader(tar, 0, info.Size()), options.forLibrary(compressor)...)
	if err != nil {
		return err
	}
	defer blob.Close()
	built, err := writeBlob(blob, options.outputPath)
	if err == nil && options.externalTOC != "" {
		built.TOCSize, err = writeTOC(compressor, options.externalTOC)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(built)
}

func (options buildOptions) forLibrary(compressor *externaltoc.GzipCompressor) []estargz.Option {
	list := []estargz.Option{
		estargz.WithCompressionLevel(options.level),
		estargz.WithChunkSize(options.chunkSize),
		estargz.WithMinChunkSize(options.minChunkSize),
		estargz.WithParallelism(options.parallelism),
	}
	if len(options.prioritized) > 0 {
		list = append(list, estargz.WithPrioritizedFiles(options.prioritized))
	}
	if options.externalTOC != "" {
		noTOC := externaltoc.NewGzipDecompressor(nil)
		list = append(list, estargz.WithCompression(&externaltoc.GzipCompression{GzipCompressor: compressor, GzipDecompressor: noTOC}))
	}
	return list
}

func writeTOC(compressor *externaltoc.GzipCompressor, path string) (int, error) {
	output, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	size, err := compressor.WriteTOCTo(output)
	return size, errors.Join(err, output.Close())
}

func writeBlob(blob *estargz.Blob, path string) (built builtLayer, err error) {
	output, err := os.Create(path)
	if err != nil {
		return built, err
	}
	hash := digest.Canonical.Digester()
	built.Size, err = io.Copy(io.MultiWriter(output, hash.Hash()), blob)
	if closeErr := output.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = blob.Close()
	}
	if err != nil {
		return built, err
	}
	built.Digest, built.TOCDigest = hash.Digest(), blob.TOCDigest()
	built.DiffID, built.UncompressedSize, err = uncompressedDigest(path)
	return built, err
}

func uncompressedDigest(path string) (digest.Digest, int64, error) {
	blob, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer blob.Close()
	return digestOfUncompressed(blob)
}

// digestOfUncompressed takes gzip and what is not compressed at all.
func digestOfUncompressed(blob io.ReadSeeker) (digest.Digest, int64, error) {
	var uncompressed io.Reader = blob
	gzipReader, err := gzip.NewReader(blob)
	if err == nil {
		uncompressed = gzipReader
	} else if _, seekErr := blob.Seek(0, io.SeekStart); seekErr != nil || !errors.Is(err, gzip.ErrHeader) {
		return "", 0, errors.Join(err, seekErr)
	}
	hash := digest.Canonical.Digester()
	size, err := io.Copy(hash.Hash(), uncompressed)
	return hash.Digest(), size, err
}
