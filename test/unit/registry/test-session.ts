import { afterEach } from 'vitest';
import { LayahError } from '../../../src/model/errors.ts';
import { silentReporter } from '../../../src/model/reporter.ts';
import type { Clock } from '../../../src/registry/clock.ts';
import type { SessionSettings } from '../../../src/registry/connection.ts';
import { openSession, type Session } from '../../../src/registry/session.ts';
import { type FakeRegistry, type FakeRegistrySettings, reply, startFakeRegistry } from './fake-registry.ts';

export const REPOSITORY = 'team/app';

/** Time that passes only when somebody sleeps. */
export interface TestClock extends Clock {
  readonly slept: number[];
  advance(milliseconds: number): void;
}

export function testClock(): TestClock {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const slept: number[] = [];
  return {
    slept,
    nowMilliseconds: () => now,
    advance(milliseconds) {
      now += milliseconds;
    },
    async sleep(milliseconds, signal) {
      signal.throwIfAborted();
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
}

const open: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

export async function fakeRegistry(settings: FakeRegistrySettings = {}): Promise<FakeRegistry> {
  const registry = await startFakeRegistry(settings);
  open.push(() => registry.close());
  return registry;
}

/** One that takes nothing but the token `t`, and gives it to everyone. */
export async function tokenRegistry(): Promise<FakeRegistry> {
  const registry: FakeRegistry = await fakeRegistry({
    wants: {
      authorization: (header) => header === 'Bearer t',
      challenge: () => `Bearer realm="${registry.url}/token"`,
    },
  });
  registry.answer(/\/token/, (_, response) => reply(response, 200, {}, '{"token":"t"}'), 100);
  return registry;
}

export interface TestSession {
  readonly session: Session;
  readonly clock: TestClock;
}

export async function connect(
  { host }: FakeRegistry,
  changes: Partial<SessionSettings> = {},
): Promise<TestSession> {
  const clock = testClock();
  const session = await openSession({
    reference: { host, repository: REPOSITORY },
    actions: 'pull,push',
    access: { tlsVerify: false, authFile: undefined },
    environment: {},
    reporter: silentReporter,
    signal: new AbortController().signal,
    clock,
    ...changes,
  });
  open.push(() => session.close());
  return { session, clock };
}

/** `message | hint` of what work fails with. */
export async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof LayahError) return `${thrown.message} | ${thrown.hint ?? 'no hint'}`;
    throw thrown;
  }
  throw new Error('it did not fail as it should');
}
