# Sourced by the scripts beside this file: goes to the root of the repository, and installs what they need. POSIX sh.
cd "$(dirname "$0")/.."
mkdir -p build

say() {
    printf '\n==== %s\n' "$*"
}

installed() {
    dpkg -s "$1" 2> /dev/null | grep -q '^Status: install ok installed'
}

# install PACKAGE...: installs those Debian packages that are not there yet; fails with a sentence if it cannot.
install() {
    command -v dpkg > /dev/null || return 0 # not Debian: we take what there is, and CMake tells what is missing
    missing=
    for package; do
        installed "$package" || missing="$missing $package"
    done
    test -n "$missing" || return 0
    if test "$(id -u)" -ne 0; then
        echo "$0: these packages are missing, and only root can install them: apt-get install$missing" >&2
        return 1
    fi
    say "installing$missing"
    # shellcheck disable=SC2086 # a list of words
    if ! { apt-get update -q; DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing; } \
        > build/install.log 2>&1 < /dev/null; then
        tail -n 20 build/install.log >&2
        echo "$0: apt-get could not install$missing" >&2
        return 1
    fi
}

BUILD_PACKAGES="cmake ninja-build gcc libc6-dev pkg-config libjansson-dev zlib1g-dev libpng-dev libjpeg-dev libdnnl-dev"
