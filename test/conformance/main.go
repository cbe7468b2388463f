// Conformance reads images with the Go library that defines eStargz, and builds eStargz layers with it.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

const usage = `usage:
  conformance check IMAGE             verify every layer with the estargz library
  conformance metadata IMAGE          read every layer with the snapshotter's memory metadata reader
  conformance build [flags] TAR OUT   write TAR as an eStargz blob
  conformance convert [flags] DIR OUT convert the OCI layout DIR as ctr-remote does
IMAGE is an OCI archive or an OCI directory. Results are JSON lines on stdout; exit status 1 after any failure.
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	var failed bool
	var err error
	switch command, arguments := os.Args[1], os.Args[2:]; command {
	case "check":
		failed, err = forEachLayer(arguments, checkLayer)
	case "metadata":
		failed, err = forEachLayer(arguments, readMetadata)
	case "build":
		err = build(arguments)
	case "convert":
		err = convert(arguments)
	default:
		err = fmt.Errorf("unknown command %q", command)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
	if failed {
		os.Exit(1)
	}
}

// layerReport is one line of output.
type layerReport struct {
	Index  int    `json:"index"`
	Digest string `json:"digest"`
	// "estargz", or "plain" for a layer that has no TOC digest annotation: then only its digest and diff ID count.
	Format   string `json:"format"`
	Entries  int    `json:"entries"`
	Chunks   int    `json:"chunks"`
	Bytes    int64  `json:"bytes"`
	Landmark string `json:"landmark,omitempty"`
	// Chunks share gzip members.
	Merged bool   `json:"merged,omitempty"`
	Error  string `json:"error,omitempty"`
}

func forEachLayer(arguments []string, read func(image *image, layer layer, report *layerReport) error) (failed bool, err error) {
	if len(arguments) != 1 {
		return false, fmt.Errorf("expected one IMAGE, got %d arguments", len(arguments))
	}
	image, err := openImage(arguments[0])
	if err != nil {
		return false, err
	}
	defer image.Close()
	layers, err := image.layers()
	if err != nil {
		return false, err
	}
	if len(layers) == 0 {
		return false, fmt.Errorf("%s has no layers", arguments[0])
	}
	output := json.NewEncoder(os.Stdout)
	for index, layer := range layers {
		report := layerReport{Index: index, Digest: layer.Digest.String(), Format: layer.format()}
		if err := read(image, layer, &report); err != nil {
			report.Error = err.Error()
			failed = true
		}
		if err := output.Encode(report); err != nil {
			return failed, err
		}
	}
	return failed, nil
}

func parseBuildFlags(arguments []string) (options buildOptions, err error) {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	flags.IntVar(&options.level, "level", 9, "gzip level")
	flags.IntVar(&options.chunkSize, "chunk-size", 0, "bytes of a chunk before compression, 0 for 4 MiB")
	flags.IntVar(&options.minChunkSize, "min-chunk-size", 0, "compressed bytes that a member gets at least")
	flags.StringVar(&options.externalTOC, "external-toc", "", "where to write the TOC instead of into the layer")
	flags.IntVar(&options.parallelism, "parallelism", 1, "slices compressed at the same time")
	flags.Func("prioritize", "a path to prefetch; repeatable", func(path string) error {
		options.prioritized = append(options.prioritized, path)
		return nil
	})
	if err := flags.Parse(arguments); err != nil {
		return options, err
	}
	if flags.NArg() != 2 {
		return options, fmt.Errorf("expected TAR and OUT, got %d arguments", flags.NArg())
	}
	options.tarPath, options.outputPath = flags.Arg(0), flags.Arg(1)
	return options, nil
}
