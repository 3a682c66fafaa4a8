#!/usr/bin/env bash
# A small bookshop uses Courier for a day. Each step runs one action in the built-in sandbox.
# Usage: examples/story.sh            (needs courier-connector on the PATH; no account)
set -euo pipefail

state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
export CONNECTOR_STATE_DIR="$state"

# Prints a command, then runs it.
step() {
    printf '\n$ courier-connector run'
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9_./:=@#,-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    courier-connector run "$@" --sandbox
}

# Prints one field of a result, without printing the command.
field() { courier-connector run "$@" --sandbox --output json | python3 -c "import json, sys; print(json.load(sys.stdin)['$name'])"; }

echo "# Mina joins: a profile, and a list she subscribes to"
step create_profile recipient_id=mina email=mina@example.com given_name=Mina locale=en
step update_list list_id=readers.evening name="Evening readers"
step add_subscribers_to_list list_id=readers.evening recipients:='[{"recipientId": "mina"}, {"recipientId": "ada"}]'
step get_list_subscriptions list_id=readers.evening --fields recipientId

echo
echo "# The shop gets its own brand"
step create_brand id=bookshop name="The bookshop" primary=#1d4ed8 markdown="Open until eight" --fields id,name,settings.colors.primary

echo
echo "# A message to Mina, watched until it arrives"
name=requestId
message=$(field send_message user_id=mina title="A reading tonight" body="Doors open at {{hour}}." data:='{"hour": "seven"}' brand_id=bookshop)
name=status
until [ "$(field get_message message_id="$message")" = DELIVERED ]; do :; done
step get_message message_id="$message" --fields status,recipient,reason
step get_message_history message_id="$message" --fields type
step get_message_content message_id="$message" --fields channel,content.subject,content.text

echo
echo "# A message to many, as a bulk job"
name=jobId
job=$(field create_bulk_job message_event=welcome-email)
step add_users_to_bulk_job job_id="$job" users:='[{"recipient": "mina", "profile": {"email": "mina@example.com"}}, {"recipient": "ada", "profile": {"email": "ada@example.com"}}]'
step run_bulk_job job_id="$job"
name=job.status
until [ "$(field get_bulk_job job_id="$job")" = COMPLETED ]; do :; done
step get_bulk_job job_id="$job" --fields job.status,job.received,job.failures

echo
echo "# An audience finds its own members"
step create_or_update_audience audience_id=english name="English readers" path=locale operator=EQ value=en --fields id,name,filter.path,filter.operator,filter.value
step list_audience_members audience_id=english --all-pages --fields member_id

echo
echo "# The evening is over: the message is archived"
step archive_message request_id="$message"
step get_all_audit_events --fields type
