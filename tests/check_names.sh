#!/bin/sh
# check_names.sh HEADER LIBGLIA.A LIBGLIA.SO: the names that the libraries give away.
#
#   - the shared library exports exactly the functions that glia.h declares with GLIA_API
#   - every global name of the static library begins with glia_, so that it can clash with nobody's
set -eu
header=$1 static=$2 shared=$3
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# A declaration may break after its type: join lines up to the semicolon, then take the name before the first "(".
grep -v '^#' "$header" | tr '\n' ' ' | tr ';' '\n' |
    sed -n 's/.*GLIA_API[^(]*[ *]\(glia_[a-z0-9_]*\)(.*/\1/p' | sort -u > "$work/declared"
nm -D --defined-only "$shared" | awk '{ print $3 }' | sort -u > "$work/exported"
nm -g --defined-only "$static" | awk 'NF == 3 && $3 !~ /^glia_/ { print $3 }' | sort -u > "$work/foreign"

test "$(wc -l < "$work/declared")" -gt 50 || { echo "found hardly any declaration in $header"; exit 1; }
if ! diff "$work/declared" "$work/exported" > "$work/differences"; then
    echo "declared in glia.h (<) and exported by the shared library (>) differ:"
    cat "$work/differences"
    exit 1
fi
if test -s "$work/foreign"; then
    echo "global names of the static library that do not begin with glia_:"
    cat "$work/foreign"
    exit 1
fi
echo "$(wc -l < "$work/declared") functions declared, the same exported"
