# An image of podman as eStargz, layer by layer, without a registry.
podman save -q --format docker-archive -o app.tar localhost/app:flat
layah convert docker-archive:app.tar app.ociarchive -t localhost/app:estargz
layah verify app.ociarchive
podman load -q -i app.ociarchive
