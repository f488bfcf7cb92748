"""`trtlike run SCRIPT.py ARGS...`: a TensorRT script as it is, on this CPU.

The script runs as `python SCRIPT.py ARGS...` would run it, but for imports: tensorrt is trtlike,
and cuda, pycuda, cupy and libcudart.so are stand-ins on host memory (trtlike.cuda).
"""

import argparse
import builtins
import importlib.machinery
import os
import runpy
import shutil
import sys
import sysconfig
import types
import zipfile
from types import TracebackType

LEVEL_SWITCH = "TRTLIKE_API_LEVEL"
_kept_mains: list[types.ModuleType] = []


def find_script(name: str) -> str:
    """The file that the name stands for: a path, or a Python command of this environment.

    Raises FileNotFoundError where it is neither.
    """
    if os.path.exists(name):
        return name
    scripts = sysconfig.get_path("scripts")
    if os.sep not in name and (command := shutil.which(name, path=scripts)):
        with open(command, "rb") as file:
            first = file.readline()
        if first.startswith(b"#!") and b"python" in first:
            return command
    raise FileNotFoundError(
        f"[run] script: expected a file or a Python command of {scripts}, got '{name}'."
    )


def _new_main() -> types.ModuleType:
    """An empty `__main__`; the one before stays alive, since its functions are running."""
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = builtins
    _kept_mains.append(sys.modules["__main__"])
    sys.modules["__main__"] = main
    return main


def _set_first_path(folder: str) -> None:
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0:1] = [folder]


def _run_file(path: str) -> None:
    main = _new_main()
    main.__file__ = os.path.abspath(path)
    main.__loader__ = importlib.machinery.SourceFileLoader("__main__", main.__file__)
    main.__dict__["__cached__"] = None
    _set_first_path(os.path.dirname(os.path.realpath(path)))
    with open(path, "rb") as file:
        text = file.read()
    exec(compile(text, main.__file__, "exec", dont_inherit=True), main.__dict__)


def _run_module(name: str) -> None:
    _new_main()
    _set_first_path(os.getcwd())
    runpy._run_module_as_main(name)  # type: ignore[attr-defined]


def _run_folder(path: str) -> None:
    """A folder or a zip file with a `__main__.py`."""
    _new_main()
    _set_first_path(os.path.abspath(path))
    runpy._run_module_as_main("__main__", alter_argv=False)  # type: ignore[attr-defined]


def _hide_own_frames() -> None:
    """The exception that is about to end the process is shown from the script's first frame on."""
    own = {_run_file.__code__, _run_module.__code__, _run_folder.__code__}
    show = sys.excepthook

    def show_script(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        while trace is not None and trace.tb_frame.f_code not in own:
            trace = trace.tb_next
        error.__traceback__ = trace.tb_next if trace else None
        show(kind, error, error.__traceback__)

    sys.excepthook = show_script


def run_script(script: str, arguments: list[str], is_module: bool = False) -> None:
    """Runs it as this process's program, which has TensorRT's and CUDA's names from here on."""
    from trtlike import aliases

    aliases.install()
    sys.argv = [script, *arguments]
    is_bundle = os.path.isdir(script) or zipfile.is_zipfile(script)
    run = _run_module if is_module else _run_folder if is_bundle else _run_file
    try:
        run(script)
    except SystemExit:
        raise
    except BaseException:
        _hide_own_frames()
        raise


def _set_level(level: str) -> None:
    """The level holds from the first import of trtlike on: another one needs a new start."""
    if os.environ.get(LEVEL_SWITCH) != level:
        os.environ[LEVEL_SWITCH] = level
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    print(f"[run] tensorrt is trtlike at API level {level}", file=sys.stderr)


def main(arguments: list[str], command: str = "python -m trtlike.run") -> int:
    """Runs the script or module that the arguments of this process name."""
    parser = argparse.ArgumentParser(
        command,
        usage=f"{command} [--api 8|10] [-m MODULE | SCRIPT] [ARGS...]",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--api", choices=("8", "10"), help=f"TensorRT's major version, as {LEVEL_SWITCH} sets it"
    )
    parser.add_argument("-m", dest="module", action="store_true", help="run a module, as python -m")
    parser.add_argument(
        "script",
        nargs=argparse.REMAINDER,
        metavar="SCRIPT",
        help="a file, a folder or zip file with a __main__.py, or a Python command of this "
        "environment, such as polygraphy; what follows is its own",
    )
    chosen = parser.parse_args(arguments)
    if not chosen.script:
        parser.error("expected a script or -m MODULE, got none")
    if chosen.api is not None:
        _set_level(chosen.api)
    script, *rest = chosen.script
    try:
        found = script if chosen.module else find_script(script)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    run_script(found, rest, chosen.module)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
