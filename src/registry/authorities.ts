import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { LayahError } from '../model/errors.ts';
import { type Environment, variable } from './environment.ts';

/** The system's bundle on Debian and its kin, on Fedora and its kin, on openSUSE and on Alpine. */
const SYSTEM_BUNDLES: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The certificate authorities that are trusted for a registry, PEM: those of the system as for podman and docker
 * (`SSL_CERT_FILE` names another bundle), Node's own where the system has none, `NODE_EXTRA_CA_CERTS`, and those of
 * the host in certs.d (containers-certs.d(5)).
 * @param host with its port if it has one, as in the reference.
 * @throws LayahError `registry` for a file that cannot be read and was named by the user.
 */
export function trustedAuthorities(host: string, environment: Environment): string[] {
  const bundle = variable(environment, 'SSL_CERT_FILE');
  const extra = variable(environment, 'NODE_EXTRA_CA_CERTS');
  return [
    ...(bundle === undefined ? systemAuthorities() : [readNamed(bundle)]),
    ...(extra === undefined ? [] : [readNamed(extra)]),
    ...hostDirectories(host, environment).flatMap(certificatesIn),
  ];
}

function systemAuthorities(): readonly string[] {
  for (const path of SYSTEM_BUNDLES) {
    const content = readIfThere(path);
    if (content !== undefined) return [content];
  }
  return rootCertificates;
}

function hostDirectories(host: string, environment: Environment): string[] {
  const home = variable(environment, 'HOME');
  const bases = ['/etc/containers/certs.d', '/etc/docker/certs.d'];
  if (home !== undefined) bases.unshift(join(home, '.config/containers/certs.d'));
  return bases.map((base) => join(base, host));
}

function certificatesIn(directory: string): string[] {
  return listDirectory(directory)
    .filter((name) => name.endsWith('.crt'))
    .map((name) => readNamed(join(directory, name)));
}

function listDirectory(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function readNamed(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LayahError({
      code: 'registry',
      message: `reading the certificate authorities in ${path}`,
      hint: 'Look at SSL_CERT_FILE and NODE_EXTRA_CA_CERTS, and at the rights of that file.',
      cause,
    });
  }
}
