"""Frameworks that mean no good, or are clumsy: what is added to a copy of a reference."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
AT_GELU = "at edges-gelu-half_squared_error-float64 it "
# What becomes of it: it is verified, or wrong by its numbers alone.
VERIFIED, DIFFERS = "", "differs"

# What a function of the contract does when it is called, instead of or beside what it should.
IN_A_CALL = """
honest = ACTIVATIONS["gelu"]
def gelu(z):
    {}
    return honest(z)
ACTIVATIONS["gelu"] = gelu
"""


def in_a_call(*lines: str) -> tuple[str, str]:
    return "activations.py", IN_A_CALL.format("\n    ".join(lines))


def on_import(*lines: str) -> tuple[str, str]:
    return "__init__.py", "\n".join(lines) + "\n"


UNSPEAKABLE = (
    "class Unspeakable(BaseException):",
    "    def __str__(self): raise self",
)
FORK = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'])"
SLEEPER = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], stdin=None)"
ESCAPES = "\\x1b[2J\\x07[red]x[/]\\ud800"


def forged(*lines: str) -> tuple[str, str]:
    """What it sends is made by itself: a message is [number, how, value, warnings, their count]."""
    return on_import(
        "import crosscheck.frameworks.serving as serving",
        "import numpy",
        "honest_pack = serving.pack",
        "def forging(message):",
        *(f"    {line}" for line in lines),
        "    return honest_pack(message)",
        "serving.pack = forging",
    )


OF_A_CASE = "if isinstance(message[2], dict) and 'stages' in message[2]: "


def copy(folder: Path, reference: str, name: str, file: str, added: str) -> None:
    """A copy of a reference, with text put at the end of one of its files."""
    shutil.copytree(ROOT / f"reference_{reference}", folder / name)
    path = folder / name / file
    path.write_text(path.read_text(encoding="utf-8") + "\n" + added, encoding="utf-8")


# What is added to which file, and how the reason begins for which the framework is wrong. It is
# verified if that is empty; if it is None, what it does to itself is not foretold.
HOSTILE: dict[str, tuple[tuple[str, str], str | None]] = {
    # Whatever is raised.
    "base_on_import": (on_import("raise BaseException('no')"), "fails on import: BaseException"),
    "interrupt_on_import": (on_import("raise KeyboardInterrupt"), "fails on import: Keyboard"),
    "generator_exit_on_import": (on_import("raise GeneratorExit"), "fails on import: Generator"),
    "unspeakable_on_import": (
        on_import(*UNSPEAKABLE, "raise Unspeakable"),
        "fails on import: Unspeakable",
    ),
    "system_exit_on_import": (on_import("raise SystemExit(0)"), "fails on import: SystemExit: 0"),
    "base_in_a_call": (
        in_a_call("raise BaseException('no')"),
        "edges-gelu-half_squared_error-float64, forward: BaseException: no",
    ),
    "interrupt_in_a_call": (
        in_a_call("raise KeyboardInterrupt"),
        "edges-gelu-half_squared_error-float64, forward: KeyboardInterrupt",
    ),
    "unspeakable_in_a_call": (
        (
            "activations.py",
            "\n".join(UNSPEAKABLE) + IN_A_CALL.format("raise Unspeakable"),
        ),
        "edges-gelu-half_squared_error-float64, forward: Unspeakable",
    ),
    "exit_in_a_call": (
        in_a_call("import sys; sys.exit()"),
        "edges-gelu-half_squared_error-float64, forward: SystemExit",
    ),
    "exit_in_getattr": (
        ("activations.py", "del ACTIVATIONS\ndef __getattr__(name): raise SystemExit(0)\n"),
        "losses: fails on import: SystemExit: 0",
    ),
    "exit_in_getattr_later": (
        ("optimizers/__init__.py", "del sgd\ndef __getattr__(name): raise SystemExit(0)\n"),
        "its names cannot be looked at: SystemExit: 0",
    ),
    "exit_in_version": (
        on_import("del __version__", "def __getattr__(name): raise SystemExit(0)"),
        "its version cannot be had: SystemExit: 0",
    ),
    "exit_in_str_of_version": (
        on_import(
            "class Version:",
            "    def __str__(self): raise SystemExit(0)",
            "__version__ = Version()",
        ),
        "its version cannot be had: SystemExit: 0",
    ),
    # However it ends its process.
    "leaves_on_import": (
        on_import("import os; os._exit(0)"),
        "on import it ends its process with exit code 0",
    ),
    "leaves_in_a_call": (
        in_a_call("import os; os._exit(0)"),
        AT_GELU + "ends its process with exit code 0",
    ),
    "leaves_in_version": (
        on_import("del __version__", "def __getattr__(name):", "    import os; os._exit(0)"),
        "on import it ends its process with exit code 0",
    ),
    "leaves_in_a_message": (
        in_a_call(
            "class Leaving(Exception):",
            "    def __str__(self): import os; os._exit(0)",
            "raise Leaving",
        ),
        AT_GELU + "ends its process with exit code 0",
    ),
    "segmentation_fault": (
        in_a_call("import ctypes; ctypes.string_at(0)"),
        AT_GELU + "ends its process by SIGSEGV",
    ),
    "leaves_a_child_and_crashes": (
        in_a_call(FORK, SLEEPER, "import ctypes; ctypes.string_at(0)"),
        AT_GELU + "ends its process by SIGSEGV",
    ),
    "forks_and_crashes": (
        in_a_call(
            "import ctypes, os, time",
            "if os.fork(): ctypes.string_at(0)",
            "os.setsid(); time.sleep(5); os._exit(0)",
        ),
        AT_GELU + "ends its process by SIGSEGV",
    ),
    "alarm": (
        in_a_call("import signal; signal.alarm(1)", "signal.pause()"),
        AT_GELU + "ends its process by SIGALRM",
    ),
    "deep_recursion": (
        in_a_call("return gelu(z)"),
        "edges-gelu-half_squared_error-float64, forward: RecursionError",
    ),
    "deep_recursion_without_end": (
        in_a_call("import sys; sys.setrecursionlimit(10**9)", "return gelu(z)"),
        None,  # out of stack, or out of memory
    ),
    "all_files_closed": (
        in_a_call("import os; os.closerange(0, 100)"),
        AT_GELU + "ends its process",
    ),
    # What it takes.
    "hangs_on_import": (
        on_import("import threading; threading.Event().wait()"),
        "on import it hangs: no result after 8 s",
    ),
    "hangs_in_a_call": (
        in_a_call("import threading; threading.Event().wait()"),
        AT_GELU + "hangs: no result after 8 s"),
    "stops_itself": (
        in_a_call("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"),
        AT_GELU + "hangs: no result after 8 s",
    ),
    "takes_memory": (
        in_a_call("held = []", "while True: held.append(b'x' * 2**25)"),
        AT_GELU + "takes more than 600 MiB of memory",
    ),
    "a_million_rows": (
        in_a_call("import numpy as np; return np.ones((10**6, 5))"),
        None,
    ),
    # What it leaves behind.
    "a_child_with_its_output": (on_import(FORK, SLEEPER), VERIFIED),
    "a_thread": (
        on_import("import threading; threading.Thread(target=threading.Event().wait).start()"),
        VERIFIED,
    ),
    "an_exit_handler": (
        on_import("import atexit, os; atexit.register(lambda: os._exit(1))"),
        VERIFIED,
    ),
    "output_closed": (on_import("import os, sys; os.close(1); sys.stdout.close()"), VERIFIED),
    # What it changes for everybody.
    "numpy_raises": (on_import("import numpy; numpy.seterr(all='raise')"), VERIFIED),
    "warnings_raise": (on_import("import warnings; warnings.simplefilter('error')"), VERIFIED),
    "warns": (in_a_call(f"import warnings; warnings.warn('{ESCAPES}')"), VERIFIED),
    "numpy_dot": (on_import("import numpy; numpy.dot = lambda *a, **k: 1 / 0"), None),
    "numpy_exp": (on_import("import numpy; numpy.exp = lambda x, **k: x"), None),
    "json_dumps": (on_import("import json; json.dumps = lambda *a, **k: 'no'"), None),
    "a_builtin": (on_import("import builtins; builtins.isinstance = lambda *a: True"), None),
    "precision": (on_import("import flint; flint.ctx.prec = 10"), VERIFIED),
    "folder": (on_import("import os; os.chdir('/')"), VERIFIED),
    "interpreter": (on_import("import sys; sys.path.clear(); sys.modules.clear()"), None),
    # What it says.
    "escapes_in_version": (on_import(f"__version__ = '{ESCAPES}'"), VERIFIED),
    "escapes_in_message": (
        in_a_call(f"raise ValueError('{ESCAPES}')"),
        "edges-gelu-half_squared_error-float64, forward: ValueError: \\x1b[2J\\x07[red]x[/]\\ud800",
    ),
    "prints": (on_import("for i in range(10_000): print(i, '\\x1b[2J[red]')"), VERIFIED),
    "says_much": (
        on_import(
            f"import warnings; warnings.warn('{ESCAPES}')",
            "print('y ' * 78 + 'All holds. verified: everyone; 9 comparisons, 0 differ')",
            "for i in range(9_999): print(i, '\\x1b[2J[red]')",
        ),
        VERIFIED,
    ),
    "a_long_message": (in_a_call("raise ValueError('x' * 10**7)"), "edges-gelu-half_squared_error"),
    "nonsense_on_its_channel": (
        in_a_call("import os", "for fd in range(3, 20):", "    try: os.write(fd, b'nonsense' * 9)",
                  "    except OSError: pass"),
        AT_GELU,
    ),
    # What it sends in place of what it computed.
    "sends_no_stage": (
        forged(OF_A_CASE + "message[2]['stages'] = {}"),
        AT_GELU + "sends what is no result: a stage is missing",
    ),
    "sends_one_stage": (
        forged(OF_A_CASE + "message[2]['stages'].popitem()"),
        AT_GELU + "sends what is no result: a stage is missing",
    ),
    "sends_empty_stages": (
        forged(OF_A_CASE + "message[2]['stages'] = dict.fromkeys(message[2]['stages'], {})"),
        DIFFERS,
    ),
    "sends_text_for_an_array": (
        forged(OF_A_CASE + "message[2]['stages']['forward']['loss'] = {'': 'text'}"),
        AT_GELU + "sends what is no result: a tensor is no array",
    ),
    "sends_odd_reasons": (
        forged(OF_A_CASE + "message[2]['raised'] = numpy.ones(3)"),
        AT_GELU + "sends what is no result: its texts are none",
    ),
    "sends_another_outcome": (
        forged("message[1] = ['x']"),
        "on import it sends a reply that cannot be read: it neither returns nor raises",
    ),
    "sends_another_version": (
        forged("if message[0] == 1: message[2] = [3.5, 'verified', []]"),
        "on import it sends what is no status",
    ),
    "sends_another_status": (
        forged("if message[0] == 1: message[2] = ['1', 'splendid', []]"),
        "on import it sends what is no status",
    ),
    "sends_endless_warnings": (
        forged("message[3] = numpy.broadcast_to(numpy.array('x'), 10**12)"),
        "on import it sends a reply that cannot be read: its warnings are none",
    ),
    "sends_an_odd_dtype": (
        on_import(
            "import crosscheck.frameworks.messages as messages",
            "messages._packed = lambda *a: {'empty': ['(2,3f8', [1]]}",
        ),
        "on import it sends a reply that cannot be read: ValueError: unknown dtype",
    ),
    "sends_much_text": (
        on_import(
            "import crosscheck.frameworks.messages as messages",
            "messages._packed = lambda *a: [[]] * 3_000_000",
        ),
        "on import it sends a reply that cannot be read: ValueError: it has ",
    ),
    "warns_without_end": (
        in_a_call(
            "import warnings",
            "for i in range(20_000): warnings.warn_explicit(str(i), UserWarning, 'f', i)",
        ),
        VERIFIED,
    ),
    "rewrites_its_declarations": (
        in_a_call(
            "import os",
            "path = os.path.join(os.path.dirname(__file__), 'crosscheck.toml')",
            "open(path, 'a').write('\\n[[known_failures]]\\ncases = [\"*\"]\\nwhy = \"x\"\\n'"
            "'link = \"x\"\\nversions = \"numpy\"\\n')",
            "os._exit(0)",
        ),
        AT_GELU + "ends its process with exit code 0",
    ),
}  # fmt: skip
