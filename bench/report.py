"""What was found as text: tables in Markdown, aligned so that a terminal shows them as well."""

PRODUCTS = "its matrix products alone"  # the name of that side, which is no peer


def time_text(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9)):
        if seconds >= size or unit == "ns":
            return f"{seconds / size:.3g} {unit}"


def percent(share):
    return f"{100 * share:.1f} %" if share < 0.995 else f"{100 * share:.0f} %"


def table(head, rows):
    rows = [head] + [[str(cell) for cell in row] for row in rows]
    width = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, width)) + " |" for row in rows]
    return lines[:1] + ["|" + "|".join("-" * (w + 2) for w in width) + "|"] + lines[1:]


def threads_text(n):
    return "1 thread" if n == 1 else f"{n} threads"


def goal_text(goal):
    value = f"{100 * goal['value']:.0f} %" if goal["percent"] else f"{goal['value']:.3g}"
    return f"{goal['text']}: {value}, {'met' if goal['met'] else 'missed'}"


def limit_text(row):
    if "limit" not in row:
        return ""
    return f"{100 * row['limit']['share']:.0f} % of {time_text(row['limit']['seconds'])} ({row['limit']['what']})"


def gain_text(row):
    return f"{row['gain']:.2f}, the loop {row['loop']:.2f}: {row['loop_share']:.2f} of it" if "gain" in row else ""


def side_cells(side):
    name = side["name"] + (" (quoted)" if "quoted" in side else "")
    accuracy = percent(side["accuracy"]) if "accuracy" in side else ""
    peak = f"{side['peak_mb']:.0f}" if "peak_mb" in side else ""
    return [name, time_text(side["median"]), time_text(side["least"]), f"{side['ratio']:.2f}", accuracy, peak]


def detail(row):
    gflop = f", {row['gflop']:.3g} GFLOP" if row.get("gflop", 0) >= 0.01 else ""
    of = f"{threads_text(row['threads'])}; figures are of {row['unit']}{gflop}"
    lines = ["", f"**{row['work']}**, {row['title']}; {of}", ""]
    lines += table(["side", "median", "least", "times glia's", "accuracy", "peak MB"], map(side_cells, row["sides"]))
    told = [("Of the limit", limit_text(row)), ("Gained by threads", gain_text(row)),
            ("Asked", "; ".join(map(goal_text, row["goals"])))]
    return lines + [""] + [f"- {what}: {text}" for what, text in told if text]


def busy(row):
    lines = ["", f"**busy**, {row['work']} of {row['rows']:,} rows with another process on one core", ""]
    lines += table(["side", "1 thread", threads_text(row["threads"]), "times one thread's"],
                   [[side["name"], time_text(side["one"]), time_text(side["all"]), f"{side['times']:.2f}"]
                    for side in row["sides"]])
    return lines + ["", "- Asked: " + "; ".join(map(goal_text, row["goals"]))]


def limits(found):
    told = found["limits"]
    peaks = ", ".join(f"{name} {value:.1f}" for name, value in told["peak"].items())
    return [f"- Matrix products of 2048 x 2048 on one core, best of {found['turns']}, GFLOP/s: {peaks}",
            f"- A bare multiply-add loop on {found['threads']} threads: {told['loop']:.2f} times one thread",
            f"- Memory, GB/s: memcpy reads and writes {told['copy']:.1f}; read() of a file in the system's cache into "
            f"fresh memory {told['read']:.1f}; {told['scan_bytes']:,} bytes read again and again {told['scan']:.1f}"]


def peers_of(row):
    return [side for side in row["sides"][1:] if side["name"] != PRODUCTS]


def work_cells(row):
    own, peer = row["sides"][0], min(peers_of(row), key=lambda side: side["ratio"])
    name, median, least, ratio, *_ = side_cells(peer)
    return [row["work"], row["threads"], f"{time_text(own['median'])} ({time_text(own['least'])})",
            f"{name} {median} ({least})", ratio, percent(row["limit"]["share"]) if "limit" in row else "",
            f"{row['gain']:.2f} ({row['loop_share']:.2f})" if "gain" in row else "",
            percent(own["accuracy"]) if "accuracy" in own else "", "; ".join(map(goal_text, row["goals"]))]


def busy_cells(row):
    own, *peers = row["sides"]
    others = "; ".join(f"{side['name']} {side['times']:.2f}" for side in peers)
    return [f"busy {row['work']}", row["threads"], f"{own['times']:.2f} of one thread's time", others, "", "", "", "",
            "; ".join(map(goal_text, row["goals"]))]


def overview(found):
    head = ["work", "threads", "glia: median (least)", "fastest peer", "times as fast", "of the limit",
            "gain (of the loop's)", "accuracy", "asked"]
    rows = [*map(work_cells, found["rows"]), *map(busy_cells, found["busy"])]
    notes = [f"- {note}" for note in found["notes"]]
    return table(head, rows) + [""] * bool(notes) + notes


def document(found):
    lines = ["# What was measured", "",
             f"By `script/bench MNIST` with TURNS={found['turns']}; ratios are medians of the turns' own ratios.",
             "A ratio above 1 says that glia is faster. What each work is, and each side: `bench/works.py`.", ""]
    if found["share"] != 1:
        lines += [f"**A trial with {found['share']:.0%} of the rows.**", ""]
    lines += table(["machine", ""], found["machine"].items())
    lines += ["", "## Limits", "", *limits(found), "", "## Overview", "", *overview(found), "", "## Side by side"]
    for row in found["rows"]:
        lines += detail(row)
    for row in found["busy"]:
        lines += busy(row)
    return lines + ["", "Quoted: libraries that are not in Debian, by their ratio to a peer of this run, as once",
                    "measured in turns on one machine (`QUOTED` in `bench/works.py`)."]
