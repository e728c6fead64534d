#!/bin/sh
# Runs a command with a session bus and a keychain of its own, and leaves neither behind.
#
#   with-keyring.sh <mode> <folder> <command…>
#
# mode     open        an unlocked collection
#          locked      the collection that `open` made in the same folder, locked
#          no-service  a bus on which nothing offers secrets
#          no-bus      no bus at all
# folder   where the keychain lives between two calls; it is made
#
# Needs gnome-keyring and dbus. Exit code: that of the command; 97 and 98 where the keychain is not as it was wanted.
set -u
mode=$1 folder=$2
shift 2
mkdir -p -m 700 "$folder" "$folder/run" "$folder/data" "$folder/config" || exit 1
export HOME="$folder" XDG_RUNTIME_DIR="$folder/run" XDG_DATA_HOME="$folder/data" XDG_CONFIG_HOME="$folder/config"
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS

[ "$mode" = no-bus ] && exec "$@"

if [ "$mode" = no-service ]; then
  # Without folders of services the bus starts nobody.
  cat >"$folder/bus.conf" <<BUS
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=$folder/run</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
BUS
  exec dbus-run-session --config-file="$folder/bus.conf" -- "$@"
fi

# A wrong password leaves the collection locked, and the daemon says nothing of it: so the outcome is looked at.
if [ "$mode" = locked ]; then export password=another-one wanted=true; else export password=only-for-tests wanted=false; fi
exec dbus-run-session -- sh -c '
  printf %s "$password" | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
  daemon=$!
  ask="dbus-send --session --print-reply"
  tries=0
  # Not the service itself: asking that one starts a second daemon.
  until $ask --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q "boolean true"; do
    tries=$((tries + 1))
    [ $tries -ge 200 ] && { kill $daemon; exit 97; }
    sleep 0.05
  done
  $ask --dest=org.freedesktop.secrets /org/freedesktop/secrets/collection/login \
    org.freedesktop.DBus.Properties.Get string:org.freedesktop.Secret.Collection string:Locked 2>/dev/null |
    grep -q "boolean $wanted" || { kill $daemon; exit 98; }
  "$@"
  code=$?
  kill $daemon 2>/dev/null
  wait $daemon 2>/dev/null
  exit $code' sh "$@"
