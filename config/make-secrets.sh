#!/bin/sh
# Makes the secrets that docker-compose.yml mounts, each a file of its own; what exists is left as it is.
# Run it once from the root of the repository, as root: the files belong to the user of the containers.
set -eu
umask 077
directory=.data/compose
container_user=10001
mkdir -p "$directory"

make() {
    if [ ! -e "$directory/$1" ]; then cat >"$directory/$1"; fi
}

hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

hex | make secret_key
printf '{"epochs": {"1": "%s"}}' "$(head -c 32 /dev/urandom | base64)" | make key_store
hex | make database_password
printf 'database:5432:helpbutton:helpbutton:%s' "$(cat "$directory/database_password")" | make database_passfile
: | make twilio_auth_token
: | make smtp_password
: | make oidc_client_secret
hex | make metrics_token
chown -R "$container_user" "$directory"
