import { chooseEngine } from '../../../../src/layers/engines/choose-engine.ts';

/** Whether this machine has a libdeflate and koffi; tests that need them are skipped where it has not. */
export const libdeflateIsHere = await chooseEngine({
  name: 'libdeflate',
  level: undefined,
  libdeflatePath: undefined,
}).then(
  () => true,
  () => false,
);
