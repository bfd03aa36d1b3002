"""Makes the tokenizers of tables.zip and what Hugging Face's tokenizers make of some texts: python3 make_tables.py FOLDER, then zip its folders.

The vocabularies are trained on the sentences below; the map of the Precompiled normalizer is built here. Needs the package tokenizers.
"""
import json
import os
import struct
import sys

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

OUT = sys.argv[1]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
CORPUS = [
    "the quick brown fox jumps over the lazy dog", "seventeen plus twenty five is forty two", "what does a cow say when it is happy",
    "unbelievable naïve café résumé coöperate über", "tokenizers split words into pieces", "don't can't won't it's we're they've I'm",
    "numbers 1234 and 5678, dates 2026-11-30!", "中文 字符 测试 日本語", "Привет мир как дела", "emoji 😀 and symbols © ™ ½",
] * 20
TEXTS = [
    "The quick brown fox.", "", "  two  spaces\tand\na line\u00a0end ", "UNBELIEVABLE Naïve CAFÉ über", "don't, can't: it's we're!", "中文abc日本語",
    "x" * 101, "x" * 100, "Привет МИР", "a\u0000b\ufffdc\u200bd\u202ee", "e\u0301 \u0130stanbul ſ ǅ ΑΣ", "😀 ½ ™ ©", "[CLS] hello [SEP] [MASK]",
    "fi ﬁ Ａ１　２ ½ ﷺ", "q'uoted \"text\" (x) [y] {z} $5 a+b=c ~ ^ `", "\u0627\u064b \u0915\u094d\u0937 \u1100\u1161", "\ud7a3 \uac00각",
    "zzzqqq 12 345",
]
RULES = {
    "ﬁ": "fi", "Ａ": "A", "１": "1", "　": " ", "½": "1⁄2", "\u200b": "", "\u00a0": " ", "é": "e", "e\u0301": "é", "\t": " ", "\n": " ",
    "ﷺ": "salla", "😀": ":)",
}


def dump(name, tokenizer):
    rows = []
    for text in TEXTS:
        ids = tokenizer.encode(text).ids
        rows.append({
            "text": text, "ids": ids, "plain": tokenizer.encode(text, add_special_tokens=False).ids,
            "decoded": tokenizer.decode(ids, skip_special_tokens=True), "shown": tokenizer.decode(ids, skip_special_tokens=False),
        })
    os.makedirs(f"{OUT}/{name}", exist_ok=True)
    tokenizer.save(f"{OUT}/{name}/tokenizer.json")
    with open(f"{OUT}/{name}/expected.json", "w") as file:
        json.dump(rows, file, indent=0)


def bert(name, normalizer, processor, decoder):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=260, special_tokens=SPECIAL, show_progress=False))
    cls, sep = (("[CLS]", tokenizer.token_to_id("[CLS]")), ("[SEP]", tokenizer.token_to_id("[SEP]")))
    tokenizer.post_processor = processor(cls, sep)
    tokenizer.decoder = decoder
    dump(name, tokenizer)


def place(units, used, keys, depth, node):
    """Puts the entries that share their first bytes below a unit of a Darts-clone array."""
    kids = {}
    for key, value in keys:
        kids.setdefault(key[depth] if len(key) > depth else 0, []).append((key, value))
    base = next(b for b in range(1, len(units)) if all((b ^ label) < len(units) and not used[b ^ label] for label in kids))
    units[node] |= ((node ^ base) << 10) | ((1 << 8) if 0 in kids else 0)
    for label in kids:
        used[base ^ label] = True
        units[base ^ label] = label if label else kids[0][0][1] | (1 << 31)
    for label in sorted(kids):
        if label:
            place(units, used, kids[label], depth + 1, base ^ label)


def charsmap():
    texts, keys = b"", {}
    for key, value in RULES.items():
        keys[key.encode()] = len(texts)
        texts += value.encode() + b"\0"
    units, used = [0] * 4096, [True] + [False] * 4095
    place(units, used, sorted(keys.items()), 0, 0)
    return struct.pack("<I", len(units) * 4) + struct.pack(f"<{len(units)}I", *units) + texts


bert("bert", normalizers.BertNormalizer(), lambda cls, sep: processors.BertProcessing(sep, cls), decoders.WordPiece())
bert(
    "bert-cased", normalizers.BertNormalizer(lowercase=False),
    lambda cls, sep: processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[cls, sep]),
    decoders.WordPiece(cleanup=False))
bert(
    "bert-accents", normalizers.BertNormalizer(strip_accents=False, handle_chinese_chars=False, clean_text=False),
    lambda cls, sep: processors.RobertaProcessing(sep, cls), decoders.WordPiece(prefix="##"))

words = Tokenizer(models.WordLevel(unk_token="[UNK]"))
words.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
words.pre_tokenizer = pre_tokenizers.Whitespace()
words.train_from_iterator(CORPUS, trainers.WordLevelTrainer(vocab_size=90, special_tokens=SPECIAL, show_progress=False))
dump("wordlevel", words)

nmt = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=12))
nmt.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Lowercase()])
nmt.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()])
nmt.train_from_iterator(
    CORPUS, trainers.WordPieceTrainer(vocab_size=200, special_tokens=SPECIAL, continuing_subword_prefix="@@", show_progress=False))
nmt.model.continuing_subword_prefix = "@@"
nmt.decoder = decoders.WordPiece(prefix="@@")
dump("nmt", nmt)

letters = sorted(set("".join(CORPUS) + "fiA12⁄é:)sal e") - {" "})
pieces = [("<unk>", 0.0), ("▁", -2.0)] + [(letter, -4.0 - i * 0.01) for i, letter in enumerate(letters)]
unigram = Tokenizer(models.Unigram(pieces + [("▁the", -3.0), ("ing", -3.5), ("er", -3.2)], unk_id=0))
unigram.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap()), normalizers.Replace("  ", " ")])
unigram.pre_tokenizer = pre_tokenizers.Metaspace()
unigram.decoder = decoders.Metaspace()
dump("precompiled", unigram)
