#!/bin/sh
# check_install.sh CMAKE BUILD CC: installs BUILD into a folder of its own, moves that folder, and builds and runs a
# small outside program (tests/outside/) against it: by find_package and by pkg-config, shared and static, as strict
# C11; and glia.h as C++17 where there is a C++ compiler.
set -eu
cmake=$1 build=$2 cc=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
strict="-Wall -Wextra -Wpedantic -Werror"

"$cmake" --install "$build" --prefix "$work/first" > "$work/log" || { cat "$work/log"; exit 1; }
prefix="$work/moved here"
mv "$work/first" "$prefix"
lib=$(dirname "$(find "$prefix" -name libglia.a)")
for file in bin/glia include/glia.h share/doc/glia/README.md share/man/man1/glia.1; do
    test -s "$prefix/$file" || { echo "not installed: $file"; exit 1; }
done
"$prefix/bin/glia" --version

echo "--- CMake's find_package"
"$cmake" -S "$here/outside" -B "$work/outside" -G Ninja -DCMAKE_C_COMPILER="$cc" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_FLAGS="$strict" "-DCMAKE_PREFIX_PATH=$prefix" > "$work/log" &&
    "$cmake" --build "$work/outside" >> "$work/log" || { cat "$work/log"; exit 1; }
"$work/outside/with_shared"
"$work/outside/with_static"

# pkg-config escapes the blank in the prefix for a shell: hence eval.
echo "--- pkg-config"
PKG_CONFIG_PATH="$lib/pkgconfig"
export PKG_CONFIG_PATH
source="'$here/outside/main.c'"
eval "$cc" -std=c11 $strict "$source" -o "'$work/shared'" "$(pkg-config --cflags --libs glia)" "'-Wl,-rpath,$lib'"
"$work/shared"
eval "$cc" -std=c11 $strict "$source" -o "'$work/static'" \
    "$(pkg-config --cflags glia)" "$(pkg-config --static --libs glia | sed 's/-lglia/-l:libglia.a/')"
"$work/static"
if ldd "$work/static" | grep libglia; then
    echo "the static program needs libglia.so"
    exit 1
fi

if command -v c++ > /dev/null; then
    echo "--- C++17"
    c++ -std=c++17 $strict -I"$prefix/include" "$here/outside/header.cpp" -o "$work/header" -L"$lib" -lglia \
        "-Wl,-rpath,$lib"
    "$work/header"
fi
