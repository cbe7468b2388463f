# Takes the image to a registry with its layers as they are: from an archive, or from the out/ of a build.
skopeo copy oci-archive:app.ociarchive docker://$REGISTRY/app:1
skopeo copy oci:out docker://$REGISTRY/app:2
