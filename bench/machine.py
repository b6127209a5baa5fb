"""What is measured on and with: the processor, versions, and which BLAS NumPy and PyTorch have loaded."""
import json
import os
import platform
import re
import subprocess

from sides import PYTHON, BIN, environment

FLAGS = ["avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_tile"]

# Run in a process of the peers' Python: the BLAS files that it has mapped, what OpenBLAS says of itself, and which of
# them is the plain reference: one in which none of the fast ones answers. (OpenBLAS may be there beside it, for LAPACK.)
ASK = """
import ctypes, json
import MODULE as module
paths = {line.split()[-1] for line in open("/proc/self/maps") if "/" in line}
blas = sorted(p for p in paths if any(name in p.rsplit("/", 1)[1] for name in ("blas", "mkl_", "blis", "atlas")))
marks = ("openblas_get_config", "mkl_get_version", "bli_info_get_version_str", "ATL_buildinfo")
found = {"version": module.__version__, "files": [p.rsplit("/", 1)[1] for p in blas], "plain": [], "more": MORE}
for path, file in zip(blas, found["files"]):
    library = ctypes.CDLL(path)
    if hasattr(library, marks[0]):
        library.openblas_get_config.restype = ctypes.c_char_p
        found["config"] = library.openblas_get_config().decode()
    if not any(hasattr(library, mark) for mark in marks):
        found["plain"].append(file)
print(json.dumps(found))
"""


def told(module, more="None"):
    code = ASK.replace("MODULE", module).replace("MORE", more)
    done = subprocess.run([PYTHON, "-c", code], env=environment({}), check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def loaded_blas():
    """Stops with a sentence where it is the plain reference, which nobody is to be beaten for."""
    facts = {"NumPy": told("numpy"), "PyTorch": told("torch", "module.__config__.show()")}
    for name, fact in facts.items():
        if fact["plain"] or not fact["files"]:
            raise SystemExit(f"{name} multiplies matrices by {', '.join(fact['plain']) or 'no BLAS'}, the reference, "
                             "many times slower than OpenBLAS; update-alternatives chooses another libblas.so.3")
        of = f": {fact['config']}" if "config" in fact else ""
        print(f"{name} {fact['version']} has loaded {', '.join(fact['files'])}{of}")
    return facts


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]


def cpu_fields():
    fields = {}
    with open("/proc/cpuinfo") as file:
        for line in file:
            key, _, value = line.partition(":")
            fields.setdefault(key.strip(), value.strip())
    return fields


def cache_sizes():
    folder, sizes = "/sys/devices/system/cpu/cpu0/cache", {}
    for index in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if index.startswith("index"):
            level, kind, size = (open(f"{folder}/{index}/{name}").read().strip() for name in ("level", "type", "size"))
            sizes[f"L{level}" + ("i" if kind == "Instruction" else "")] = size
    return sizes


def has(flag):
    return flag in cpu_fields().get("flags", "").split()


def describe(blas):
    cpu = cpu_fields()
    onednn = re.search(r"MKL-DNN v([0-9.]+)", blas["PyTorch"]["more"])
    return {
        "processor": cpu.get("model name", platform.machine()) +
                     f" (family {cpu.get('cpu family', '?')}, model {cpu.get('model', '?')})",
        "cores": len(os.sched_getaffinity(0)),
        "caches": ", ".join(f"{name} {size}" for name, size in cache_sizes().items()),
        "instruction sets": ", ".join(flag for flag in FLAGS if has(flag)) or "none of those that matter",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "kernel": platform.release().split("-")[0],
        "gcc": first_line("gcc", "--version").split()[-1],
        "glia": first_line(f"{BIN}/glia", "--version"),
        "NumPy": blas["NumPy"]["version"],
        "BLAS": blas["NumPy"].get("config", ", ".join(blas["NumPy"]["files"])),
        "PyTorch": blas["PyTorch"]["version"] + (f", oneDNN {onednn[1]}" if onednn else ""),
        "scikit-learn": told("sklearn")["version"],
        "pandas": told("pandas")["version"],
    }
