# The last stage of a build is the image that layah made of the stage before.
buildah build --skip-unused-stages=false -v "$PWD:/run/src" --security-opt=label=disable \
  -f examples/build-time.Containerfile -t localhost/hello:1 .
