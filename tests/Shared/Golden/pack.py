"""Packs golden checkpoints, one zip each: python3 pack.py FOLDER...

Weights are random, so they hardly compress. Rows of an embedding that no golden prompt or answer reads are set to zero where
the output projection has its own matrix: the answers stay the same, and the file is a third smaller.
"""
import json
import struct
import sys
import zipfile
from pathlib import Path

OUT = Path(__file__).parent


def used_tokens(folder):
    prompts = json.loads((folder / "golden.json").read_text())["prompts"]
    return {token for prompt in prompts for key in ("input_ids", "greedy_ids") for token in prompt[key]}


def thinned(path, used, tied):
    data = bytearray(path.read_bytes())
    size = struct.unpack_from("<Q", data)[0]
    header = json.loads(data[8:8 + size])
    for name, entry in header.items():
        if name.endswith("embed_tokens.weight") and not tied:
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            row = (end - begin) // entry["shape"][0]
            for token in set(range(entry["shape"][0])) - used:
                data[begin + token * row:begin + (token + 1) * row] = bytes(row)
    return bytes(data)


for folder in map(Path, sys.argv[1:]):
    tied = json.loads((folder / "config.json").read_text()).get("tie_word_embeddings", False)
    used = used_tokens(folder)
    with zipfile.ZipFile(OUT / f"{folder.name}.zip", "w") as archive:
        for file in sorted(folder.iterdir()):
            info = zipfile.ZipInfo(file.name, (2026, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            data = thinned(file, used, tied) if file.suffix == ".safetensors" else file.read_bytes()
            archive.writestr(info, data, zipfile.ZIP_DEFLATED, 9)
