#!/usr/bin/env bash
# Makes images of a Debian tree in the storage of $CONTAINERS_STORAGE_CONF: localhost/app:flat of several layers (one that
# deletes, one of a few bytes), and the index localhost/app:index for two platforms.
set -euo pipefail
tree=$1
cd "$2"
tar -C "$tree" --exclude='./dev/*' --exclude='./usr/share/locale' -c . | podman import -q - localhost/debian-tree
cat >Containerfile <<'END'
FROM localhost/debian-tree
RUN rm -rf /usr/share/doc/bash && ln /bin/ls /usr/local/bin/ls2 && chmod 4755 /usr/local/bin/ls2
RUN rm -rf /var/log && mkdir /var/log && touch /var/log/new && mkfifo /var/log/fifo
COPY Containerfile /
LABEL org.example.purpose=test
CMD ["/bin/sh"]
END
buildah build -q --layers --network none --format docker -t localhost/app:flat .
cat >arm64.Containerfile <<'END'
FROM scratch
COPY Containerfile /arm64
END
buildah build -q --layers --network none --platform linux/arm64 -t localhost/app:arm64 -f arm64.Containerfile .
buildah manifest create localhost/app:index >/dev/null
buildah manifest add localhost/app:index containers-storage:localhost/app:flat >/dev/null
buildah manifest add --arch arm64 --variant v8 localhost/app:index containers-storage:localhost/app:arm64 >/dev/null
buildah manifest push -q --all localhost/app:index oci:index:v1
skopeo copy -q containers-storage:localhost/app:flat oci:layout:v1
skopeo copy -q containers-storage:localhost/app:flat oci-archive:skopeo.ociarchive:localhost/app:flat
skopeo copy -q containers-storage:localhost/app:flat docker-archive:skopeo.tar:localhost/app:flat
