import { setFlagsFromString } from 'node:v8';

/*
 * V8 compiles a function anew, optimized, after it has run so many bytes of bytecode. What takes long in a build is native
 * code; most functions of a small one are done soon after they were optimized, and a tenth of its CPU time was spent on that.
 * Of the time in which two images of 6,000 files are compared it was a third. With 200,000 files it makes no difference there,
 * and layah inspect --databases took 14 % more.
 */
const FLAG = '--interrupt-budget=1000000';

/** That of Node 20. Later ones count calls instead, and V8 prints an error for a flag that it does not know. */
const VERSION_WITH_FLAG = /^11\./;

/**
 * To be called when all modules are loaded: Node's own ones come from a cache that V8 refuses when its flags are others.
 * @param version - of V8.
 */
export function optimizeLater(version: string): void {
  if (VERSION_WITH_FLAG.test(version)) setFlagsFromString(FLAG);
}
