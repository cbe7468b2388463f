#!/usr/bin/env python3
"""measure.py COMMAND [ARGUMENT...]: runs it; prints its CPU seconds, wall seconds and peak resident bytes of one process."""
import resource
import subprocess
import sys
import time

started = time.monotonic()
status = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL).returncode
wall = time.monotonic() - started
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{usage.ru_utime + usage.ru_stime:.3f} {wall:.3f} {usage.ru_maxrss * 1024}")
sys.exit(status)
