# Splits an image with Containerfile.splitter: no archive is made and unpacked again. out/ holds the eStargz layers.
IMG=localhost/app:flat
buildah build --skip-unused-stages=false -v "$PWD:/run/src" --security-opt=label=disable \
  --from $IMG --build-arg LAYAH_CONFIG_STR="$(podman inspect $IMG)" -t localhost/app:1 Containerfile.splitter
