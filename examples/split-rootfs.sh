# Makes an image of a directory, wherever it came from.
podman run --rm -v "$PWD/rootfs:/layah:ro" --security-opt=label=disable localhost/layah \
  build --config-str '{"Cmd":["/bin/sh"]}' -t localhost/rootfs:1 >rootfs.ociarchive
podman load -i rootfs.ociarchive
