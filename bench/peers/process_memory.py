"""Resident memory of this process in bytes, as bench/process-memory.ts reads it for sqltune."""

import resource
import sys


def _status(key):
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith(key + ":"))
    except OSError:
        return None


def _max_rss():
    # Kilobytes on Linux, bytes on macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def reading():
    """Bytes now. Where the system does not tell (not Linux), the peak so far."""
    return _status("VmRSS") or _max_rss()


def start_peak():
    """Forgets the peak so far, where the system can."""
    try:
        with open("/proc/self/clear_refs", "w") as clear_refs:
            clear_refs.write("5")
    except OSError:
        pass


def peak():
    return _status("VmHWM") or _max_rss()
