import { readCorpus } from './corpus.ts';
import { mutate } from './mutate.ts';
import { createRandom } from './random.ts';
import { tryInput, type FuzzTarget } from './target.ts';

export interface Crash {
  readonly why: string;
  readonly input: Uint8Array;
}

export interface Turn {
  readonly tried: number;
  readonly crashes: readonly Crash[];
  /** Inputs whose result none before had. */
  readonly novel: readonly Uint8Array[];
}

/** Tries mutations of one target's corpus, which grows by those that do something new. */
export interface FuzzSession {
  /** Calls `onInput` with every input before it is read, should that not come back. */
  takeTurn(inputs: number, onInput?: (input: Buffer) => void): Promise<Turn>;
}

/** So that a corpus stays of the kind that its seeds are. */
const MAX_CORPUS = 2000;
/** One defect shows in many inputs. */
const MAX_CRASHES = 10;

export async function startSession(target: FuzzTarget, seed: number): Promise<FuzzSession> {
  const random = createRandom(seed);
  const corpus: Uint8Array[] = [...target.seeds, ...readCorpus(target.name).map(({ content }) => content)];
  const shapes = new Set<string>();
  let crashCount = 0;
  for (const input of corpus) {
    const outcome = await tryInput(target, Buffer.from(input));
    shapes.add(outcome.kind === 'crash' ? outcome.why : outcome.shape);
  }
  return {
    async takeTurn(inputs, onInput) {
      const crashes: Crash[] = [];
      const novel: Uint8Array[] = [];
      for (let count = 0; count < inputs; count++) {
        const input = mutate(corpus, target.tokens, random);
        onInput?.(input);
        const outcome = await tryInput(target, input);
        if (outcome.kind === 'crash') {
          if (crashCount++ < MAX_CRASHES) crashes.push({ why: outcome.why, input });
        } else if (!shapes.has(outcome.shape) && corpus.length < MAX_CORPUS) {
          shapes.add(outcome.shape);
          corpus.push(input);
          novel.push(input);
        }
      }
      return { tried: inputs, crashes, novel };
    },
  };
}
