"""Writes the shell of pipelines into a folder, a file for each step: lint-ci.py FOLDER PIPELINE..."""

import pathlib
import re
import sys

import ruamel.yaml


def scripts(pipeline):
    """The steps of GitHub's jobs, and the scripts of GitLab's."""
    for name, job in pipeline.get("jobs", {}).items():
        for number, step in enumerate(job.get("steps", []), 1):
            if "run" in step:
                yield f"{name}-{number}", step["run"]
    for name, job in pipeline.items():
        for part in ("before_script", "script"):
            if isinstance(job, dict) and part in job:
                yield f"{name}-{part}", "\n".join(job[part])


def main():
    folder = pathlib.Path(sys.argv[1])
    for file in map(pathlib.Path, sys.argv[2:]):
        for name, text in scripts(ruamel.yaml.YAML(typ="safe").load(file)):
            text = re.sub(r"\$\{\{.*?\}\}", "expression", text)
            (folder / f"{file.stem}-{name}.sh").write_text(text + "\n")


main()
