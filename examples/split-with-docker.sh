# Splits an image that docker has. From Docker 28 on: docker run can mount an image.
IMG=localhost/app:flat
docker inspect $IMG |
  docker run --rm -i --mount type=image,source=$IMG,target=/layah localhost/layah \
    build --config - -t localhost/app:1 |
  docker load
