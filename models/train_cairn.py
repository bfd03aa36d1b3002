"""Trains cairn, the sample model that thinks, calls functions and writes JSON, on the conversations of skills.py.

    python3 train_cairn.py OUT_DIR        (needs torch, transformers, tokenizers; about six minutes on one GPU)

cases.jsonl beside the model holds conversations that were kept out of training, each with the answer it must get word for word; MODEL.json says what
transformers itself gets right of them with greedy decoding in float32, and cases.jsonl what it answers.
"""
import json
import math
import multiprocessing
import os
import random
import sys
import time

import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig, PreTrainedTokenizerFast

import skills

OUT = os.path.join(sys.argv[1], skills.NAME)
EXAMPLES, ROW, BATCH, STEPS, SECONDS, RATE = 600_000, 768, 48, int(os.environ.get("STEPS", "14000")), 360, 2e-3
KINDS, CASES_EACH = 8, 24  # All kinds of conversations but stories, which have no one right answer.
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
WORDS = ["<think>", "</think>", "<tools>", "</tools>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"]
WORD = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEMPLATE = """\
{%- set system = messages[0].content if messages[0].role == 'system' else '' %}
{%- if tools %}
    {{- '<|im_start|>system\\n' + (system + '\\n\\n' if system else '') + 'You can call these functions:\\n<tools>' }}
    {%- for tool in tools %}{{- '\\n' + tool | tojson }}{%- endfor %}
    {{- '\\n</tools>\\nTo call one, write:\\n<tool_call>\\n{"name": NAME, "arguments": {...}}\\n</tool_call><|im_end|>\\n' }}
{%- elif system %}
    {{- '<|im_start|>system\\n' + system + '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == 'tool' %}
        {%- if loop.first or loop.previtem.role != 'tool' %}{{- '<|im_start|>user' }}{%- endif %}
        {{- '\\n<tool_response>\\n' + message.content + '\\n</tool_response>' }}
        {%- if loop.last or loop.nextitem.role != 'tool' %}{{- '<|im_end|>\\n' }}{%- endif %}
    {%- elif message.role == 'assistant' %}
        {{- '<|im_start|>assistant\\n' + (message.content or '') }}
        {%- for call in message.tool_calls or [] %}
            {%- if message.content or not loop.first %}{{- '\\n' }}{%- endif %}
            {{- '<tool_call>\\n{"name": ' + call.function.name | tojson + ', "arguments": ' }}
            {{- call.function.arguments if call.function.arguments is string else call.function.arguments | tojson }}
            {{- '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role != 'system' %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and not enable_thinking %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}
{%- endif %}"""


def written(answer, thought):
    """What the model writes; thought is None where the template has closed it."""
    return answer if thought is None else f"<think>\n{thought}\n</think>\n\n{answer}"


def make_tokenizer(texts):
    raw = Tokenizer(models.BPE())
    raw.normalizer = normalizers.NFC()
    raw.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(WORD), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    raw.decoder = decoders.ByteLevel()
    raw.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=2048 - len(SPECIAL) - len(WORDS), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    raw.add_special_tokens(SPECIAL)
    raw.add_tokens(WORDS)
    made = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    made.chat_template = TEMPLATE
    return made


def prompt_of(tokenizer, messages, tools, thinks):
    return tokenizer.apply_chat_template(messages, tools=tools, tokenize=False, add_generation_prompt=True, enable_thinking=thinks)


def some_examples(seed):
    """Examples as (prompt, answer): a process of its own makes and renders them."""
    rng, made = random.Random(seed), []
    while len(made) < EXAMPLES // 60:
        _kind, messages, tools, answer, thought = skills.example(rng)
        if not skills.held(messages):
            thinks = rng.random() < .5
            made.append((prompt_of(TOKENIZER, messages, tools, thinks), written(answer, thought if thinks else None) + "<|im_end|>\n"))
    return made


def encode(made):
    return [(TOKENIZER(prompt, add_special_tokens=False)["input_ids"], TOKENIZER(answer, add_special_tokens=False)["input_ids"]) for prompt, answer in made]


def both(seed):
    return encode(some_examples(seed))


def cases():
    rng, found = random.Random(4), {}
    while len(found) < KINDS or min(map(len, found.values())) < CASES_EACH:
        kind, messages, tools, answer, thought = skills.example(rng)
        if "story" not in messages[-1]["content"] and skills.held(messages) and len(found.setdefault(kind, [])) < CASES_EACH:
            thinks = rng.random() < .5
            found[kind].append(dict(id=f"{kind}-{len(found[kind]):02d}", kind=kind, messages=messages, tools=tools, thinking=thinks, expected=answer))
    return [case for kind in sorted(found) for case in found[kind]]


def after_thought(text):
    return text.rsplit("</think>\n\n", 1)[-1]


started = time.time()
seen = random.Random(2)
plain = [skills.example(seen) for _ in range(40_000)]
TOKENIZER = make_tokenizer(
    "\n".join([*(message["content"] for message in messages), json.dumps(tools or ""), thought, answer]) for _, messages, tools, answer, thought in plain)
with multiprocessing.get_context("fork").Pool(15) as pool:
    examples = [pair for part in pool.map(both, range(60), chunksize=1) for pair in part]
print("examples", len(examples), round(time.time() - started, 1), "s", flush=True)

rows, weights, row, weight = [], [], [], []
for prompt, answer in examples:
    if len(row) + len(prompt) + len(answer) > ROW:
        rows.append((row + [0] * ROW)[:ROW]), weights.append((weight + [0.0] * ROW)[:ROW])
        row, weight = [], []
    row, weight = row + prompt + answer, weight + [0.02] * len(prompt) + [1.0] * len(answer)
X, W = torch.tensor(rows, dtype=torch.int32).cuda(), torch.tensor(weights).cuda()
print("rows", len(rows), "longest", max(len(p) + len(a) for p, a in examples), flush=True)

config = AutoConfig.for_model(
    "qwen3", vocab_size=2048, hidden_size=256, intermediate_size=704, num_hidden_layers=7, num_attention_heads=4, num_key_value_heads=2, head_dim=64,
    rope_theta=10000.0, tie_word_embeddings=True, max_position_embeddings=2048, eos_token_id=TOKENIZER.eos_token_id, pad_token_id=TOKENIZER.pad_token_id,
    bos_token_id=None)
torch.manual_seed(1)
model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).cuda()
parameters = sum(p.numel() for p in model.parameters())
optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.05, betas=(0.9, 0.98), fused=True)
training = time.time()
for step in range(STEPS):
    done = max(step / STEPS, (time.time() - training) / SECONDS)
    if done >= 1:
        break
    for group in optimizer.param_groups:
        group["lr"] = RATE * min(1, (step + 1) / 300) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
    chosen = torch.randint(0, len(X), (BATCH,), device="cuda")
    x, w = X[chosen].long(), W[chosen][:, 1:]
    with torch.autocast("cuda", torch.bfloat16):
        logits = model(x).logits
    losses = torch.nn.functional.cross_entropy(logits[:, :-1].float().reshape(-1, logits.size(-1)), x[:, 1:].reshape(-1), reduction="none")
    loss = (losses * w.reshape(-1)).sum() / w.sum()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 1000 == 0:
        print("step", step, "loss", round(loss.item(), 4), round(time.time() - training, 1), "s", flush=True)

model.generation_config = GenerationConfig(eos_token_id=TOKENIZER.eos_token_id, pad_token_id=TOKENIZER.pad_token_id, do_sample=False)
model.to(torch.bfloat16).save_pretrained(OUT)
TOKENIZER.save_pretrained(OUT)
saved = json.load(open(f"{OUT}/config.json"))
if rope := saved.pop("rope_parameters", None):
    saved["rope_theta"] = rope["rope_theta"]
saved["torch_dtype"] = saved.pop("dtype", "bfloat16")
json.dump(saved, open(f"{OUT}/config.json", "w"), indent=2)

torch.backends.cuda.matmul.allow_tf32 = False
model = AutoModelForCausalLM.from_pretrained(OUT, dtype=torch.float32).cuda().eval()
asked, right = cases(), {}
with torch.no_grad(), open(f"{OUT}/cases.jsonl", "w") as file:
    for case in asked:
        prompt = prompt_of(TOKENIZER, case["messages"], case["tools"], case["thinking"])
        ids = TOKENIZER(prompt, add_special_tokens=False, return_tensors="pt")["input_ids"].cuda()
        out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=160, do_sample=False)[0, ids.shape[1]:]
        case["answer"] = TOKENIZER.decode(out, skip_special_tokens=True)
        right.setdefault(case["kind"], []).append(after_thought(case["answer"]) == case["expected"])
        file.write(json.dumps(case) + "\n")
record = dict(
    name=skills.NAME, architecture="qwen3", parameters=parameters,
    training=dict(steps=step + 1, batch=BATCH, row=ROW, examples=len(examples), seconds=round(time.time() - training, 1)),
    greedy_float32=dict(correct=sum(map(sum, right.values())), cases=len(asked), by_kind={kind: f"{sum(v)}/{len(v)}" for kind, v in sorted(right.items())}))
json.dump(record, open(f"{OUT}/MODEL.json", "w"), indent=1)
print(json.dumps(record), flush=True)
for case in asked:
    if after_thought(case["answer"]) != case["expected"]:
        print(case["id"], case["thinking"], repr(case["messages"][-1]["content"][:100]), "|", case["expected"][:120], "|", repr(case["answer"][-160:]))
