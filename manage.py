#!/usr/bin/env python
"""Run Obeya's commands: `python manage.py help` lists them."""

import os
import sys

from django.core.management import execute_from_command_line

from obeya.engines import embedded_engines


def main() -> None:
    """Run one command, with the embedded engines up for as long as it takes where no others are named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obeya.settings")
    with embedded_engines():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
