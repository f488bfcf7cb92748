"""The options that `polygraphy run` gets."""

from polygraphy.tools.args import ModelArgs
from polygraphy.tools.args import util as args_util
from polygraphy.tools.args.backend.onnx.loader import OnnxLoadArgs
from polygraphy.tools.args.base import BaseRunnerArgs
from polygraphy.tools.script import Script, make_invocable


class TrtlikeRunnerArgs(BaseRunnerArgs):
    """trtlike: inference with an engine for this CPU.

    Depends on:

        - ModelArgs
        - OnnxLoadArgs
    """

    def get_name_opt_impl(self) -> tuple[str, str]:
        return "trtlike", "trtlike"

    def add_parser_args_impl(self) -> None:
        self.group.add_argument(
            "--trtlike-flags",
            nargs="+",
            default=[],
            metavar="FLAG",
            help="Names of trtlike.BuilderFlag, such as fp16 or bf16",
        )
        self.group.add_argument(
            "--trtlike-level",
            type=int,
            default=3,
            metavar="0..5",
            help="The builder's optimization level",
        )

    def parse_impl(self, args: object) -> None:
        """Keeps the options as `flags` and `level`."""
        self.flags = args_util.get(args, "trtlike_flags")
        self.level = args_util.get(args, "trtlike_level")

    def add_to_script_impl(self, script: Script) -> None:
        model = self.arg_groups[ModelArgs].path
        if self.arg_groups[OnnxLoadArgs].must_use_onnx_loader():
            model = self.arg_groups[OnnxLoadArgs].add_to_script(script, serialize_model=True)
        script.add_import(imports=["TrtlikeRunner"], frm="trtlike.polygraphy")
        script.add_runner(
            make_invocable("TrtlikeRunner", model, flags=self.flags, level=self.level)
        )
