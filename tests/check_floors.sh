#!/bin/sh
# check_floors.sh ROOT: fails if an #include breaks the order of the house (docs/design.md, "The floors").
#
#   - src/ files include downward only: ground < numbers < data < parts < model < files < train
#   - layers, losses and optimizers do not know each other
#   - cli/ and examples/ include glia.h and files of their own folder, nothing of src/
#   - a foreign library is named in one place: oneDNN and OpenMP in src/numbers/onednn*.[ch], zlib in src/ground/gunzip.c,
#     libpng in src/data/png.c, libjpeg in src/data/jpeg.c, jansson in src/files/ and cli/
#
# Before it judges ROOT it judges small trees that are wrong in one way each, so that a check that lets everything
# through is noticed.
set -eu

rules='
function wrong(what) { printf "%s:%d: %s: %s\n", file, FNR, what, $0; bad = 1 }
function only_in(pattern, what) { if (file !~ pattern) wrong(what) }

FNR == 1 {
    file = substr(FILENAME, length(root) + 2)
    split(file, part, "/")
    folder = file; sub("/[^/]*$", "", folder)
}
FNR == 1 && part[1] == "src" && !(part[2] in floor) { wrong("a folder that is no floor") }
/[^A-Za-z_](dnnl|omp)_[a-z]/ { only_in("^src/numbers/onednn(_[a-z0-9]+)?[.][ch]$", "oneDNN or OpenMP outside numbers/onednn*.[ch]") }
!/^[ \t]*#[ \t]*include/ { next }

/<(oneapi\/.*|dnnl.*|omp)[.]h/ { only_in("^src/numbers/onednn(_[a-z0-9]+)?[.][ch]$", "oneDNN or OpenMP outside numbers/onednn*.[ch]") }
/<zlib[.]h>/                   { only_in("^src/ground/gunzip[.]c$", "zlib outside ground/gunzip.c") }
/<png[a-z]*[.]h>/              { only_in("^src/data/png[.]c$", "libpng outside data/png.c") }
/<j(peglib|error)[.]h>/        { only_in("^src/data/jpeg[.]c$", "libjpeg outside data/jpeg.c") }
/<jansson[.]h>/                { only_in("^(src/files|cli)/", "jansson outside files/ and cli/") }

/"/ {
    name = $0; sub("^[^\"]*\"", "", name); sub("\".*$", "", name)
    if (name == "glia.h") next
    inner = name ~ "/"
    if (name ~ "[.][.]/") wrong("a path that climbs")
    else if (part[1] == "src") {
        split(name, to, "/")
        if (!inner) next
        if (!(to[1] in floor)) wrong("no floor of this name")
        else if (floor[to[1]] > floor[part[2]]) wrong("upward, from " part[2] " to " to[1])
        else if (part[2] == "parts" && kind(name) && kind(file) && kind(name) != kind(file))
            wrong("parts that know each other")
    }
    else if (inner || (getline line < (root "/" folder "/" name)) < 0) wrong("more than glia.h")
}
function kind(path) {
    if (path ~ "parts/(layers/|layer[.])") return "layer"
    return path ~ "parts/loss" ? "loss" : path ~ "parts/optim" ? "optimizer" : ""
}
BEGIN {
    n = split("ground numbers data parts model files train", order, " ")
    for (i = 1; i <= n; i++) floor[order[i]] = i
}
END { exit bad }
'

judge() { # judge ROOT: prints what is wrong, fails if anything is
    find "$1/src" "$1/cli" "$1/examples" "$1/include" -name '*.[ch]' 2>/dev/null | sort |
        xargs awk -v root="$1" "$rules"
}

must_refuse() { # must_refuse FILE LINE: a tree whose FILE holds only LINE must not pass
    tree=$(mktemp -d)
    mkdir -p "$tree/$(dirname "$1")"
    printf '%s\n' "$2" > "$tree/$1"
    if judge "$tree" > /dev/null; then
        echo "the check itself is broken: it lets \`$2\` pass in $1" >&2
        rm -r "$tree"
        exit 1
    fi
    rm -r "$tree"
}

must_refuse src/ground/file.c '#include "numbers/kernels.h"'
must_refuse src/data/csv.c '#include "model/model.h"'
must_refuse src/model/step.c '  #  include "files/files.h"'
must_refuse src/parts/loss.c '#include "parts/optimizer.h"'
must_refuse src/parts/layers/dense.c '#include "parts/loss.h"'
must_refuse src/parts/layers/dense.c '#include "../../model/model.h"'
must_refuse src/attic/old.c '#include "ground/status.h"'
must_refuse src/numbers/portable.c '#include <dnnl.h>'
must_refuse src/train/fit.c 'void f(void) { omp_set_num_threads(1); }'
must_refuse src/data/idx.c '#include <zlib.h>'
must_refuse src/data/image.c '#include <png.h>'
must_refuse src/data/png.c '#include <jpeglib.h>'
must_refuse src/train/record.c '#include <jansson.h>'
must_refuse cli/train.c '#include "ground/text.h"'
must_refuse cli/train.c '#include "text.h"'
must_refuse examples/one.c '#include "model/model.h"'

judge "$1" || exit 1
echo "the floors hold"
