import { LayahError } from '../model/errors.ts';
import { isJsonObject, type JsonValue } from '../model/json.ts';
import { type Credentials, passwordCredentials } from './auth-file.ts';
import type { Environment } from './environment.ts';

export interface CredentialHelper {
  readonly name: string;
  readonly server: string;
}

/** A helper may ask the user to unlock a key ring. */
const TIMEOUT_MILLISECONDS = 60_000;
const MAX_OUTPUT_CHARACTERS = 1 << 20;
const NOT_FOUND = 'credentials not found in native keychain';

/**
 * Asks `docker-credential-NAME get` (docker/docker-credential-helpers).
 * @returns undefined when it knows none for the server.
 * @throws LayahError `missing-program` or `registry`; never with what the program printed, which may be a secret.
 */
export async function askCredentialHelper(
  helper: CredentialHelper,
  environment: Environment,
  signal: AbortSignal,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper.name}`;
  if (!/^[\w.-]+$/.test(helper.name)) throw failed(program, 'its name is not that of a program');
  const { execa } = await import('execa');
  const result = await execa(program, ['get'], {
    input: helper.server,
    env: { ...environment },
    extendEnv: false,
    reject: false,
    cancelSignal: signal,
    timeout: TIMEOUT_MILLISECONDS,
    maxBuffer: MAX_OUTPUT_CHARACTERS,
    stderr: 'ignore',
  });
  signal.throwIfAborted();
  if (result.code === 'ENOENT') throw missingProgram(program);
  if (result.timedOut) throw failed(program, `it did not answer within ${TIMEOUT_MILLISECONDS / 1000} s`);
  if (result.exitCode === 0) return parseAnswer(program, result.stdout);
  if (result.stdout.includes(NOT_FOUND)) return undefined;
  throw failed(program, `it ended with ${result.exitCode ?? result.signal ?? 'no exit code'}`);
}

function parseAnswer(program: string, output: string): Credentials | undefined {
  const answer = parseJson(program, output);
  if (!isJsonObject(answer)) throw failed(program, 'what it printed is no JSON object');
  const { Username: username, Secret: secret } = answer;
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw failed(program, 'what it printed has no Username and Secret');
  }
  return username === '' && secret === '' ? undefined : passwordCredentials(username, secret);
}

function parseJson(program: string, output: string): JsonValue {
  try {
    const answer: JsonValue = JSON.parse(output);
    return answer;
  } catch {
    // The error would quote the output.
    throw failed(program, 'what it printed is no JSON');
  }
}

function failed(program: string, what: string): LayahError {
  return new LayahError({
    code: 'registry',
    message: `asking the credential helper ${program}: ${what}`,
    hint: 'Look at credHelpers and credsStore in the auth file, or name another one with --authfile.',
  });
}

function missingProgram(program: string): LayahError {
  return new LayahError({
    code: 'missing-program',
    message: `the credential helper ${program}, which the auth file names, is not installed`,
    hint: 'Install it, or name another auth file with --authfile.',
  });
}
