"""Official clients against the simulator, and against what Terraform does with the provider.

The last line is "N passed, N failed"; the exit code says whether nothing failed.
"""

import shutil
import sys
import time

from place import WORK, Azure, Report


def main():
    started = time.monotonic()
    shutil.rmtree(WORK, ignore_errors=True)
    report = Report()
    azure = Azure()
    try:
        import cli
        import guides
        import sdk

        cli.run(azure, report)
        sdk.run(azure, report)
        guides.run(azure, report)
    finally:
        azure.stop()
    print(f"\n{time.monotonic() - started:.0f} s\n{report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
