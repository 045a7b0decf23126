from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from texting.frame.icons import as_symbol, build_sprite, parse_sprite, sprite_path


class Command(BaseCommand):
    help = "Add outline icons (SVG files) to the sprite; an icon already there is replaced."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("svg", nargs="+", type=Path)

    def handle(self, *args: Any, svg: list[Path], **options: Any) -> None:
        path = sprite_path()
        symbols = parse_sprite(path.read_text(encoding="utf-8"))
        for file in svg:
            symbols[file.stem] = as_symbol(file.stem, file.read_text(encoding="utf-8"))
        path.write_text(build_sprite(symbols), encoding="utf-8")
        self.stdout.write(f"The sprite holds {len(symbols)} icons.")
