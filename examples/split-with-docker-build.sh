# Splits an image that docker has. From Docker 20.10 on: BuildKit can mount an image, and gives the archive to --output.
IMG=localhost/app:flat
DOCKER_BUILDKIT=1 docker build --network none --output . \
  --build-arg IMG=$IMG --build-arg LAYAH_CONFIG_STR="$(docker inspect $IMG)" \
  --build-arg LAYAH_ARGS='-t localhost/app:1' - <examples/docker.Containerfile
docker load -i image.ociarchive
