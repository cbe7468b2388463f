import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/model/digest.ts';
import type { ExplainedClaim, ExplainReport } from '../../../src/model/explain-report.ts';
import { renderExplainText } from '../../../src/reports/explain-text.ts';

const DIGEST = parseDigest(`sha256:${'a'.repeat(64)}`);

const CLAIM: ExplainedClaim = {
  source: 'dpkg',
  component: 'dpkg/bash',
  strength: 'strong',
  origin: undefined,
  path: '/usr/bin/bash',
};

const REPORT: ExplainReport = {
  subject: 'image',
  location: 'app.ociarchive',
  path: '/usr/bin/bash',
  kind: 'file',
  sizeBytes: 1 << 20,
  isVisible: true,
  component: 'dpkg/bash',
  version: '5.2-1',
  basis: 'claimed',
  claims: [CLAIM],
  contents: [],
  layer: {
    index: 0,
    digest: DIGEST,
    componentNames: ['dpkg/bash', 'dpkg/tar'],
    reason: undefined,
    weeklyUpdateProbability: undefined,
  },
  otherLayers: [],
};

function text(changes: Partial<ExplainReport>): string[] {
  return renderExplainText({ ...REPORT, ...changes });
}

describe('the text of layah explain', () => {
  it('says what it is, whose it is, why, and where it lies', () => {
    expect(text({})).toEqual([
      'path         /usr/bin/bash',
      'in           app.ociarchive',
      'what         file, 1.0 MiB',
      'component    dpkg/bash, version 5.2-1',
      'because      dpkg claims it strongly: the package database lists it, or it is part of the database',
      `layer        1, ${DIGEST}`,
      'there        the layer says that it holds the component',
      'shared with  dpkg/tar',
    ]);
  });

  it('says what other sources would have, and from where a claim comes', () => {
    const map = { ...CLAIM, source: 'map', component: 'map/app', origin: 'line 3 of map.yaml: /usr/**' };
    const big = { ...CLAIM, source: 'bigfiles', component: 'bigfiles/x', strength: 'weak' } as const;
    const lines = text({ component: 'map/app', version: undefined, claims: [map, CLAIM, big] });
    expect(lines.slice(3, 7)).toEqual([
      'component    map/app',
      'because      map claims it strongly: the component map says so (line 3 of map.yaml: /usr/**)',
      '             passed over: dpkg/bash, dpkg claims it strongly: the package database lists it, or it is part of the database',
      '             passed over: bigfiles/x, bigfiles claims it weakly: it is above 1 MiB',
    ]);
  });

  it('names the other name of a file that decides', () => {
    const lines = text({ path: '/bin/b', basis: 'hardlink' });
    expect(lines[4]).toMatch(/^because {6}dpkg claims its other name \/usr\/bin\/bash strongly: /);
  });

  it('tells why a plan has put it there, and how often that changes', () => {
    const layer = { index: 4, digest: undefined, componentNames: [], weeklyUpdateProbability: 1 };
    const lines = text({ layer: { ...layer, reason: 'hot' }, basis: 'unclaimed', claims: [] });
    expect(lines.slice(4)).toEqual([
      'because    no source claims it',
      'layer      5 of the plan',
      'there      it changes in every build, as all in this layer does; it changes in 100.0 % of all weeks',
    ]);
  });

  it('gathers the other layers by what they have to do with it', () => {
    const other = (index: number, role: ExplainReport['otherLayers'][number]['role']) => ({
      index,
      digest: DIGEST,
      role,
    });
    const otherLayers = [other(0, 'overridden'), other(1, 'directory'), other(2, 'directory')];
    expect(text({ layer: undefined, otherLayers }).slice(-2)).toEqual([
      'also       layer 1 has one that no container sees',
      '           layers 2, 3 list the directory too',
    ]);
    const deleted = text({
      isVisible: false,
      basis: 'deleted',
      claims: [],
      component: undefined,
      layer: undefined,
      otherLayers: [other(3, 'whiteout')],
    });
    expect(deleted.slice(2)).toEqual([
      'what     file, 1.0 MiB, deleted',
      'because  a later layer deletes it',
      'also     layer 4 deletes what lower layers have',
    ]);
  });

  it('lists of a directory the components of what is in it', () => {
    const contents = [{ name: 'dpkg/a', fileCount: 2 }];
    const lines = text({ kind: 'directory', component: undefined, basis: 'contents', contents });
    expect(lines.slice(2, 5)).toEqual([
      'what         directory',
      'because      a directory is in every layer that holds something below it',
      'contents     dpkg/a: 2 files',
    ]);
  });
});
