# Splits an image that podman has, as root or rootless.
IMG=localhost/app:flat
podman inspect $IMG |
  podman run --rm -i --mount type=image,source=$IMG,target=/layah localhost/layah \
    build --config - -t localhost/app:1 |
  podman load
