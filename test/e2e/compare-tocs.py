"""Compares the TOCs of two conversions of one OCI layout, entry by entry and field by field.

Offsets may differ, since the compressed bytes do; so may what the format leaves open: how names and link names are
spelled, the type in the mode, a time of 0 that one of them leaves out, a fraction of a second that one rounds up, chunkSize of the last chunk.
"""
import gzip, io, json, posixpath, sys, tarfile
from datetime import datetime

LANDMARKS = ('.no.prefetch.landmark', '.prefetch.landmark')


def blob(layout, digest):
    with open(f'{layout}/blobs/sha256/{digest[7:]}', 'rb') as file:
        return file.read()


def layers(layout):
    with open(f'{layout}/index.json') as file:
        index = json.load(file)
    return json.loads(blob(layout, index['manifests'][0]['digest']))['layers']


def entries(layout, layer):
    data = blob(layout, layer['digest'])
    offset = int(data[-35:-19], 16)
    tar = tarfile.open(fileobj=io.BytesIO(gzip.decompress(data[offset:])))
    toc = json.load(tar.extractfile('stargz.index.json'))
    return [normal(entry) for entry in toc['entries'] if entry['name'] not in LANDMARKS]


def clean(name):
    return posixpath.normpath('/' + name)


def seconds(text):
    return int(datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp()) if text else 0


def normal(entry):
    fields = {key: value for key, value in entry.items() if key not in ('offset', 'userName', 'groupName', 'NumLink')}
    fields['name'] = clean(entry['name'])
    if entry['type'] == 'hardlink':
        fields['linkName'] = clean(entry['linkName'])
    fields['mode'] = entry.get('mode', 0) & 0o7777
    fields['modtime'] = seconds(entry.get('modtime')) if entry['type'] != 'chunk' else 0
    return fields


def differences(theirs, ours):
    for key in sorted(set(theirs) | set(ours)):
        a, b = theirs.get(key), ours.get(key)
        if a == b or (key == 'modtime' and a - b == 1) or (key == 'chunkSize' and b is None):
            continue
        yield f"{ours['name']}: {key} is {b!r}, theirs is {a!r}"


def main(theirs_layout, ours_layout):
    count, found = 0, []
    pairs = list(zip(layers(theirs_layout), layers(ours_layout), strict=True))
    for theirs_layer, ours_layer in pairs:
        theirs, ours = entries(theirs_layout, theirs_layer), entries(ours_layout, ours_layer)
        if len(theirs) != len(ours):
            found.append(f'{len(ours)} entries, theirs has {len(theirs)}')
        for a, b in zip(theirs, ours):
            count += 1
            found.extend(differences(a, b))
    for line in found[:20]:
        print(line)
    print(f'{count} entries of {len(pairs)} layers compared, {len(found)} differences')
    sys.exit(1 if found else 0)


main(*sys.argv[1:])
