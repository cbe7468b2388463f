# The same where the config is too long for an argument (128 KiB): Containerfile.splitter reads it from a file.
IMG=localhost/app:flat
podman inspect $IMG >config.json
buildah build --skip-unused-stages=false -v "$PWD:/run/src" --security-opt=label=disable \
  --from $IMG --build-arg LAYAH_CONFIG=config.json -t localhost/app:1 Containerfile.splitter
