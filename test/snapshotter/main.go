// Snapshotter serves the snapshot service of stargz-snapshotter on a socket, with the metadata store in memory, without the
// credentials of Kubernetes, and without anything else of its daemon: what lazy pulls in tests need.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"

	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	"github.com/containerd/containerd/v2/contrib/snapshotservice"
	"github.com/containerd/stargz-snapshotter/service"
	"google.golang.org/grpc"
)

func main() {
	address := flag.String("address", "", "the socket")
	root := flag.String("root", "", "where snapshots are kept")
	prefetch := flag.Bool("prefetch", false, "prefetch what the landmarks ask for")
	flag.Parse()
	if err := serve(*address, *root, *prefetch); err != nil {
		log.Fatal(err)
	}
}

func serve(address, root string, prefetch bool) error {
	config := &service.Config{}
	config.NoBackgroundFetch = true
	config.NoPrefetch = !prefetch
	// Else what the cache still writes is fetched a second time, and served bytes depend on how busy the disk is.
	config.DirectoryCacheConfig.SyncAdd = true
	snapshotter, err := service.NewStargzSnapshotterService(context.Background(), root, config)
	if err != nil {
		return err
	}
	listener, err := net.Listen("unix", address)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	snapshotsapi.RegisterSnapshotsServer(server, snapshotservice.FromSnapshotter(snapshotter))
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		server.Stop()
	}()
	if err := server.Serve(listener); err != nil {
		return err
	}
	return snapshotter.Close()
}
