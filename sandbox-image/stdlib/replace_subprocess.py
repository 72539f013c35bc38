"""Takes subprocess out of the standard library at the path given, while the image is being built.

Every `import subprocess` in the library becomes an import of _sandbox_subprocess under the same name, and subprocess.py is
replaced by a module that raises ImportError. Imports are found in the syntax tree, not by pattern, so that none is missed.
"""

import ast
import pathlib
import shutil
import sys

HIDDEN = "subprocess"
STAND_IN = "_sandbox_subprocess"


def replacements(source: str) -> list[tuple[int, int, int, str]]:
    """The edits that a module needs, as line number, first and last byte column in it, and the new text."""
    edits: list[tuple[int, int, int, str]] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if alias.name == HIDDEN:
                        text = f"{STAND_IN} as {alias.asname or HIDDEN}"
                        edits.append((alias.lineno, alias.col_offset, alias.end_col_offset or 0, text))
            case ast.ImportFrom(module=module, level=0) if module == HIDDEN:
                start = node.col_offset + len("from ")
                edits.append((node.lineno, start, start + len(HIDDEN), STAND_IN))
    return edits


def rewrite(path: pathlib.Path) -> bool:
    """Rewrites one module in place; tells whether there was anything to rewrite."""
    source = path.read_text(encoding="utf-8")
    edits = replacements(source)
    lines = source.encode().split(b"\n")
    for number, start, end, text in sorted(edits, reverse=True):
        line = lines[number - 1]
        lines[number - 1] = line[:start] + text.encode() + line[end:]
    if edits:
        path.write_bytes(b"\n".join(lines))
        if replacements(path.read_text(encoding="utf-8")):
            raise SystemExit(f"{path}: an import of {HIDDEN} is left after rewriting")
    return bool(edits)


def main(library: pathlib.Path, sources: pathlib.Path) -> None:
    """Rewrites the library and puts the two modules of this folder in place."""
    changed = [path.relative_to(library) for path in sorted(library.rglob("*.py")) if rewrite(path)]
    if pathlib.Path("asyncio/base_subprocess.py") not in changed:
        raise SystemExit(f"{library}: asyncio no longer imports {HIDDEN} where it did: look at this script again")
    for module in (HIDDEN, STAND_IN):
        shutil.copyfile(sources / f"{module}.py", library / f"{module}.py")
    print(f"replaced {HIDDEN} in {len(changed)} modules of the standard library")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
