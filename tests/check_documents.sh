#!/bin/sh
# check_documents.sh ROOT CC BIN LIB: what the documents show is tried. In README.md, CONTRIBUTING.md and docs/*.md
#
#   ```c        a whole program is compiled (strict C11) and run; after <!-- statements --> the block is the inside of a
#               main(), after <!-- inside --> a file of the library, which must compile as such
#   ```console  the lines after "$ " are run, one document in one folder, where data/ is the project's; what they print
#               must be what stands there but for its numbers, or to the letter after <!-- exact -->
#   ```sh       is run as it is
#
# <!-- not run: REASON --> before a block leaves it alone. And whatever `glia layers` and the other lists name has to be
# in one of docs/. BIN is where glia is, LIB where libglia.so is.
set -eu
root=$1 cc=$2 bin=$3 lib=$4
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
PATH=$bin:$PATH
LC_ALL=C.UTF-8
export PATH LC_ALL

# Blocks as files NNN.text, with NNN.about holding "language|directive|place".
cut_blocks() { # cut_blocks DOCUMENT FOLDER
    awk -v folder="$2" -v document="${1#"$root"/}" '
    /^ *```/ && inside { inside = 0; close(text); directive = ""; next }
    /^ *```/ {
        inside = 1; language = $0; sub("^ *```", "", language)
        name = sprintf("%s/%03d", folder, ++count); text = name ".text"
        printf "" > text
        printf "%s|%s|%s:%d\n", language, directive, document, FNR > (name ".about"); close(name ".about")
        next
    }
    inside { print > text; next }
    /^<!--.*-->$/ { directive = $0; gsub("^<!-- *| *-->$", "", directive); next }
    /[^ \t]/ { directive = "" }
    ' "$1"
}

wrong() { # wrong PLACE WHAT: says so, and lets the others be tried
    echo "$1: $2"
    failed=1
}

try_c() { # try_c BLOCK DIRECTIVE PLACE
    case $2 in
    statements)
        { printf '#include <glia.h>\n#include <stdio.h>\nint main(void) {\n'; cat "$1"; echo 'return 0; }'; } > "$1.c"
        ;;
    inside)
        "$cc" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-missing-field-initializers -Werror -I"$root/src" -I"$root/include" -x c -c "$1" -o "$1.o" ||
            wrong "$3" "does not compile"
        return ;;
    *) cp "$1" "$1.c" ;;
    esac
    "$cc" -std=c11 -Wall -Wextra -Wno-missing-field-initializers -Werror -I"$root/include" "$1.c" -o "$1.program" -L"$lib" -lglia "-Wl,-rpath,$lib" ||
        { wrong "$3" "does not compile"; return; }
    "$1.program" > "$1.out" 2>&1 || { cat "$1.out"; wrong "$3" "the program fails"; }
}

try_console() { # try_console BLOCK DIRECTIVE PLACE
    : > "$1.got"
    sed -n 's/^ *\$ //p' "$1" > "$1.commands"
    while IFS= read -r command <&3; do
        printf '$ %s\n' "$command" >> "$1.got"
        sh -c "$command" >> "$1.got" 2>&1 < /dev/null || wrong "$3" "fails: $command"
    done 3< "$1.commands"
    blank='s/[0-9][0-9.]*\(e-[0-9]*\)\{0,1\}[kMG]\{0,1\}/N/g; s/threads/thread/g; s/  */ /g; s/ *$//'
    test "$2" = exact && blank='s/ *$//'
    sed "$blank" "$1" > "$1.shown"
    sed "$blank" "$1.got" > "$1.printed"
    diff "$1.shown" "$1.printed" > /dev/null || { diff "$1" "$1.got" || :; wrong "$3" "prints something else (>)"; }
}

try_document() { # try_document DOCUMENT
    folder=$work/$(basename "$1" .md)
    mkdir -p "$folder/blocks"
    ln -s "$root/data" "$folder/data"
    cut_blocks "$1" "$folder/blocks"
    cd "$folder"
    for about in "$folder"/blocks/*.about; do
        test -e "$about" || continue
        IFS='|' read -r language directive place < "$about"
        block=${about%.about}.text
        case $directive in "not run: "*) continue ;; esac
        case $language in
        c) try_c "$block" "$directive" "$place" ;;
        console) try_console "$block" "$directive" "$place" ;;
        sh) sh -eu "$block" > "$block.out" 2>&1 < /dev/null || { cat "$block.out"; wrong "$place" "fails"; } ;;
        *) continue ;;
        esac
        tried=$((tried + 1))
    done
}

failed=0 tried=0 named=0
for document in "$root"/README.md "$root"/CONTRIBUTING.md "$root"/docs/*.md; do
    try_document "$document"
done
for list in layers losses optimizers schedules initializers generators scales augmentations metrics; do
    for name in $(glia "$list" | sed -n 's/^\([a-z_0-9]*\): .*/\1/p'); do
        grep -q "\`$name[\` :]" "$root"/docs/*.md || wrong "glia $list" "no document has $name"
        named=$((named + 1))
    done
done
echo "$tried blocks tried, $named names looked for"
test "$tried" -gt 0 && test "$named" -gt 30
exit $failed
