"""Hugging Face transformers on the same GPU, for the table of docs/benchmarks.md: loading, decode steps, prefill, and what stays after `del model`.

    python peer_transformers.py [--layers 32] [--json FILE] [--folder FOLDER] [--no-compile]

Makes a Llama of the 8B shape with random weights in bfloat16 (16 GB in FOLDER, kept for the next run), and needs no network. A decode step is timed
through `generate`, once as it is and once with a static cache and torch.compile: the time of 64 tokens less that of the prompt's forward pass, over the 63
steps after it. Each figure is the median of three rounds. Limits are measured in the same run, as `lmdeploy bench ceilings` does it.
"""
import argparse, ctypes, datetime, gc, json, os, platform, statistics, sys, tempfile, time

ROUNDS, TOKENS = 3, 64
SHAPE = dict(hidden_size=4096, intermediate_size=14336, num_attention_heads=32, num_key_value_heads=8, vocab_size=128256, tie_word_embeddings=False,
             max_position_embeddings=131072, rope_theta=5e5)


class Memory(ctypes.Structure):
    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


class Nvml:
    """Used bytes of the first GPU, as its driver counts them for all processes."""

    def __init__(self):
        self.lib = ctypes.CDLL("libnvidia-ml.so.1")
        self.lib.nvmlInit_v2()
        self.device = ctypes.c_void_p()
        self.lib.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(self.device))

    def used(self):
        memory = Memory()
        self.lib.nvmlDeviceGetMemoryInfo(self.device, ctypes.byref(memory))
        return memory.used

    def driver(self):
        text = ctypes.create_string_buffer(96)
        self.lib.nvmlSystemGetDriverVersion(text, 96)
        return text.value.decode()


parser = argparse.ArgumentParser()
parser.add_argument("--layers", type=int, default=32)
parser.add_argument("--json")
parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "peer-llama"))
parser.add_argument("--no-compile", action="store_true")
arguments = parser.parse_args()
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")

nvml = Nvml()
before_anything = nvml.used()
started = time.perf_counter()
import torch  # noqa: E402
import transformers  # noqa: E402
from transformers import AutoConfig, AutoModelForCausalLM  # noqa: E402

figures = []


def say(what, **values):
    figures.append({"what": what, **values})
    print(f"{what:<58}" + "  ".join(f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()), flush=True)


def seconds(work):
    torch.cuda.synchronize()
    start = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - start


def median(work):
    return statistics.median(seconds(work) for _ in range(ROUNDS))


def ceilings():
    """Bytes a second read and written by a copy, bytes a second from pinned memory, and multiplications and additions a second in bfloat16."""
    a, b = torch.ones(2 << 30, dtype=torch.uint8, device="cuda"), torch.ones(2 << 30, dtype=torch.uint8, device="cuda")
    b.copy_(a)
    memory = 2 * a.numel() / min(seconds(lambda: b.copy_(a)) for _ in range(10))
    pinned = torch.ones(1 << 30, dtype=torch.uint8).pin_memory()
    target = b[: pinned.numel()]
    target.copy_(pinned)
    bus = pinned.numel() / min(seconds(lambda: target.copy_(pinned)) for _ in range(5))
    left, right = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16), torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
    torch.mm(left, right)
    flops = 2 * 8192**3 * 10 / min(seconds(lambda: [torch.mm(left, right) for _ in range(10)]) for _ in range(5))
    return memory, bus, flops


def make():
    if os.path.exists(os.path.join(arguments.folder, "config.json")):
        return
    config = AutoConfig.for_model("llama", num_hidden_layers=arguments.layers, **SHAPE)
    with torch.device("cuda"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.save_pretrained(arguments.folder)


def load():
    return AutoModelForCausalLM.from_pretrained(arguments.folder, dtype=torch.bfloat16, device_map="cuda").eval()


def decode_step(model, batch, context, compiled):
    ids = torch.randint(2, 1000, (batch, context), device="cuda")
    options = dict(do_sample=False, eos_token_id=None, pad_token_id=0, max_new_tokens=TOKENS, min_new_tokens=TOKENS)
    if compiled:
        options["cache_implementation"] = "static"

    def answer():
        model.generate(ids, attention_mask=torch.ones_like(ids), **options)

    def prefill():
        model(ids, use_cache=True, logits_to_keep=1)

    answer(), answer(), prefill()
    return (median(answer) - median(prefill)) / (TOKENS - 1)


def release():
    gc.collect()
    torch.cuda.empty_cache()
    torch._dynamo.reset()
    gc.collect()
    torch.cuda.empty_cache()


def main():
    say("import torch and transformers", seconds=time.perf_counter() - started)
    make()
    release()
    memory, bus, flops = ceilings()
    release()
    say("ceilings", memory_bytes_per_second=memory, host_to_device_bytes_per_second=bus, product_flops=flops)
    size = sum(os.path.getsize(os.path.join(arguments.folder, name)) for name in os.listdir(arguments.folder) if name.endswith(".safetensors"))
    for round_ in range(ROUNDS):
        model = None
        release()
        start = time.perf_counter()
        model = load()
        torch.cuda.synchronize()
        taken = time.perf_counter() - start
        say(f"load, round {round_ + 1}", seconds=taken, bytes_per_second=size / taken, share_of_limit=size / taken / bus)

    embedding = model.get_input_embeddings().weight.numel() * 2
    keys = 2 * 2 * arguments.layers * SHAPE["num_key_value_heads"] * (SHAPE["hidden_size"] // SHAPE["num_attention_heads"])
    with torch.no_grad():
        ids = torch.randint(2, 1000, (1, 4096), device="cuda")
        forward = lambda: model(ids, use_cache=True, logits_to_keep=1)  # noqa: E731
        forward()
        taken = median(forward)
        parameters = (size - 2 * embedding) / 2
        say("prefill, 4096 tokens", milliseconds=1000 * taken, share_of_limit=2 * 4096 * parameters / flops / taken)
        for compiled in [False] if arguments.no_compile else [False, True]:
            for context in (128, 1024):
                for batch in (1, 64):
                    what = f"decode step, {'compiled' if compiled else 'eager'}, batch {batch}, context {context}"
                    try:
                        taken = decode_step(model, batch, context, compiled)
                        limit = (size - embedding + batch * (context + TOKENS / 2) * keys) / memory
                        say(what, milliseconds=1000 * taken, tokens_per_second=batch / taken, share_of_limit=limit / taken)
                    except Exception as error:  # The others are worth having all the same.
                        say(what, error=f"{type(error).__name__}: {error}"[:300])
                        release()

    held = nvml.used()
    del model
    release()
    time.sleep(0.5)
    say(
        "after del model, gc and empty_cache", held_bytes=held - before_anything, still_held_bytes=nvml.used() - before_anything,
        torch_allocated_bytes=torch.cuda.memory_allocated())
    report = {
        "machine": {
            "gpus": [torch.cuda.get_device_name(0)], "driver": nvml.driver(), "libtorch": torch.__version__,
            "cpu": platform.processor(), "cpus": os.cpu_count(), "system": platform.platform()},
        "version": f"transformers {transformers.__version__}",
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": "python " + " ".join(sys.argv),
        "figures": figures,
    }
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(report, file, indent=2)
    else:
        print(json.dumps(report))


main()
