--[[
The decisions of the call path, as Redis Functions: each is one atomic step, and Redis' clock is the only clock.
A change of a function's arguments gives it a new name, so that old and new gateways can share a Redis.

Numbers are doubles, exact to 2^53: budgets are at most 9e15 nano-USD a period. What is spent beyond that, as a soft budget
allows, is exact to some nano-USD a call.

Records
  {gh}:v:<subject>        string  version of what grants are compiled from
  {gh}:open               zset    call id → end of its lease (ms)
  {gh}:hold:<call>        string  what a call holds, and the output tokens seen so far
  {gh}:draft:<call>       string  draft of its usage event, for the sweeper
  {gh}:swept:<call>       string  what the sweeper booked for a call, packed; "settled" once the truth is booked too
  {gh}:settled:<slot>     set     calls settled in this half hour, but for those that were swept
  {gh}:usage              stream  usage events that are not yet in PostgreSQL
  {gh}:epoch              string  a mark that Redis has what it was given: the run of the server, and an id
  {gh}:recovery           string  no call is judged while this is there: until when (ms), what was lost, the epoch that begins
  {gh}:untold             set     gateways that have not told yet, in this recovery, what Redis lost
  {gh}:gateways           zset    gateway → when it last looked (ms)
  {gh}:restored           string  the epoch for which a worker has restored windows and reconciled budgets
  {gh}:unseeded           hash    budget period that is not known → what is held of it by calls that were put back
  {gh}:expiry             zset    key of a limit or budget period → when to look whether it is still needed (ms)
  limit of a minute       string  a bucket's theoretical arrival time (GCRA), ms with fraction
  limit of an hour, a day string  count in this calendar window
  concurrency             zset    call id → end of its lease (ms)
  budget period           string  spent and held, nano-USD

What a command inside a function costs is mostly the command, not its work. So what calls are judged by is in strings, read
by one MGET and written by one MSET, which knows no expiry: FORGET removes what nobody needs any more.
]]

local HOLD, DRAFT, SWEPT, SETTLED = '{gh}:hold:', '{gh}:draft:', '{gh}:swept:', '{gh}:settled:'
local EXPIRY = '{gh}:expiry'
local EPOCH, RECOVERY, UNTOLD, RESTORED = '{gh}:epoch', '{gh}:recovery', '{gh}:untold', '{gh}:restored'
local GATEWAYS, UNSEEDED = '{gh}:gateways', '{gh}:unseeded'
local MOST_ARGUMENTS = 1000 -- of one command: Lua unpacks no more than some thousands
local MOST_REMEMBERED = 2000 -- sets of rules
local MINUTE_MS = 60000
local SLOT_MS = 1800000 -- repeated settlements come within minutes; the ledger's unique id stands behind
local SWEPT_TTL_S = 86400 -- a gateway that was stopped may come back late
local BUDGET_GRACE_MS = 3888000000 -- 45 days after the period's end
local WINDOW_GRACE_MS = 86400000
local BUCKET_GRACE_MS = 600000
local MOST_BEHIND = 1000 -- entries that one seed looks at: a few milliseconds
local LIVE_MS = 3000 -- a gateway that has not looked for so long is no more
local FORGOTTEN_MS = 10000 -- a recovery that nobody ends begins anew
local UNSEEDED_TTL_S = 86400

local function clock_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + tonumber(t[2]) / 1000
end

-- A whole number as text; what is behind the point is cut off.
local function whole(n)
  return string.format('%d', n)
end

-- A command with as many arguments as there are, in portions. `key` comes before each portion; nil for none.
local function call_with(command, key, arguments)
  for first = 1, #arguments, MOST_ARGUMENTS do
    local last = math.min(#arguments, first + MOST_ARGUMENTS - 1)
    if key then redis.call(command, key, unpack(arguments, first, last))
    else redis.call(command, unpack(arguments, first, last)) end
  end
end
