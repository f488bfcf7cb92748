"""Lines in trtexec's format, and the logger that prints them."""

import datetime

import trtlike as trt

_LETTERS = "FEWIV"


class Console(trt.ILogger):
    """Prints "[MM/DD/YYYY-HH:MM:SS] [I] message"; verbose messages only when asked for."""

    def __init__(self, verbose: bool, limit: trt.ILogger.Severity = trt.ILogger.INFO):
        trt.ILogger.__init__(self)
        self._limit = trt.ILogger.VERBOSE if verbose else limit

    def log(self, severity: trt.ILogger.Severity, msg: str) -> None:
        if int(severity) > int(self._limit):
            return
        stamp = datetime.datetime.now().strftime("%m/%d/%Y-%H:%M:%S")
        print(f"[{stamp}] [{_LETTERS[int(severity)]}] {msg}", flush=True)

    def info(self, message: str) -> None:
        self.log(trt.ILogger.INFO, message)

    def warning(self, message: str) -> None:
        self.log(trt.ILogger.WARNING, message)

    def error(self, message: str) -> None:
        self.log(trt.ILogger.ERROR, message)
