#!lua name=gatehouse
--[[
The decisions of the call path, as Redis Functions: each is one atomic step, and Redis' clock is the only clock.
A change of a function's arguments gives it a new name, so that old and new gateways can share a Redis.

Numbers are doubles, exact to 2^53: budgets are at most 9e15 nano-USD a period, and additions go through HINCRBY.

Records
  {gh}:v:<subject>        string  version of what grants are compiled from
  {gh}:open               zset    call id → end of its lease (ms)
  {gh}:hold:<call>        string  what a call holds, and the output tokens seen so far
  {gh}:draft:<call>       string  draft of its usage event, for the sweeper
  {gh}:done:<call>        string  "final", or the packed record of what the sweeper booked
  {gh}:usage              stream  usage events that are not yet in PostgreSQL
  bucket (rpm, tpm)       string  theoretical arrival time (GCRA), ms with fraction
  window (rph, rpd, tpd)  string  count in this calendar window
  concurrency             zset    call id → end of its lease (ms)
  budget period           hash    u = spent, h = held (nano-USD)
]]

local HOLD, DRAFT, DONE = '{gh}:hold:', '{gh}:draft:', '{gh}:done:'
local MOST_ARGUMENTS = 1000 -- of one command: Lua unpacks no more than some thousands
local MINUTE_MS = 60000
local FINAL_TTL_S = 3600 -- repeated settlements come within minutes; the ledger's unique id stands behind
local SWEPT_TTL_S = 86400 -- a gateway that was stopped may come back late
local BUDGET_GRACE_MS = 3888000000 -- 45 days after the period's end
local WINDOW_GRACE_MS = 86400000
local MOST_BEHIND = 1000 -- entries that one seed looks at: a few milliseconds

local function clock_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + tonumber(t[2]) / 1000
end

local function whole(n)
  return string.format('%.0f', n)
end

--[[ CHECK: are these versions in force?
KEYS  versions
ARGV  expected versions
Returns OK, STALE or MISS. ]]
local function check(keys, argv)
  if #keys == 0 then return 'OK' end
  for i, stored in ipairs(redis.call('MGET', unpack(keys))) do
    if not stored then return 'MISS' end
    if stored ~= argv[i] then return 'STALE' end
  end
  return 'OK'
end

-- ── A turn ──────────────────────────────────────────────────────────────────────────────────────

-- What a turn knows of Redis, and what it will change there. A record is read once and written once, however many calls
-- of the turn touch it; what a command inside a function costs is mostly the command, not its work.
local function open_turn(open, stream)
  return {
    open = open, stream = stream, now = clock_ms(),
    stored = {},  -- strings as they were read: versions, buckets, windows, holds, markers; false for none
    numbers = {}, -- buckets and windows as they are now; false for none
    buckets = {}, -- key → true: to be written
    windows = {}, -- key → when it expires, where it is new, else 'as before': to be written
    periods = {}, -- key → budget period; false for one that is unknown
    lost = {},    -- budget periods to be deleted
    running = {}, -- key → { count of leases, ids that come }
    leaving = {}, -- key → ids that go
    tails = {},   -- tail of a hold → what it says
    ids = {},     -- calls that come
    holds = {},   -- key, value, …
    ended = {},   -- calls that go
    markers = {}, -- { id, marker, seconds }
    events = {},
  }
end

-- Reads strings that are not read yet, in one command.
local function read_strings(turn, keys)
  local unread = {}
  for _, key in ipairs(keys) do
    if turn.stored[key] == nil then
      turn.stored[key] = false
      unread[#unread + 1] = key
    end
  end
  for first = 1, #unread, MOST_ARGUMENTS do
    local last = math.min(#unread, first + MOST_ARGUMENTS - 1)
    local values = redis.call('MGET', unpack(unread, first, last))
    for i = first, last do turn.stored[unread[i]] = values[i - first + 1] end
  end
end

local function number_of(turn, key)
  local number = turn.numbers[key]
  if number == nil then
    read_strings(turn, { key })
    number = turn.stored[key] and tonumber(turn.stored[key]) or false
    turn.numbers[key] = number
  end
  return number
end

local function period_of(turn, key)
  local period = turn.periods[key]
  if period == nil then
    local record = redis.call('HMGET', key, 'u', 'h')
    -- As they are read they are sent to the caller, so they stay text until they change.
    period = record[1] and { spent = record[1], held = record[2] or '0', more_spent = 0, more_held = 0 } or false
    turn.periods[key] = period
  end
  return period
end

local function spent_of(period) return tonumber(period.spent) + period.more_spent end
local function held_of(period) return tonumber(period.held) + period.more_held end
local function as_text(text, more) return more == 0 and text or whole(tonumber(text) + more) end

local function running_of(turn, key)
  local running = turn.running[key]
  if not running then
    local leaving = turn.leaving[key]
    if leaving then
      redis.call('ZREM', key, unpack(leaving))
      turn.leaving[key] = nil
    end
    running = { count = redis.call('ZCOUNT', key, '(' .. whole(turn.now), '+inf'), ids = {} }
    turn.running[key] = running
  end
  return running
end

local function add_to_window(turn, key, amount, expires)
  local number = number_of(turn, key)
  turn.windows[key] = turn.windows[key] or (not number and expires) or 'as before'
  turn.numbers[key] = (number or 0) + amount
end

-- A hold as text: output tokens seen so far, nanos, tokens, and what of its rules its settlement needs, packed.
local function write_hold(seen, amount, tokens, tail)
  return table.concat({ seen, amount, tokens, tail }, ' ')
end

local function read_hold(text)
  local _, last, seen, amount, tokens = string.find(text, '^(%d+) (%d+) (%d+) ')
  return seen, amount, tokens, string.sub(text, last + 1)
end

-- `tails` remembers those that were unpacked: calls of the same rules have the same.
local function unpack_tail(tails, tail)
  local rules = tails[tail]
  if not rules then
    local buckets, windows, running, budgets = unpack(cmsgpack.unpack(tail))
    rules = { buckets = buckets, windows = windows, running = running, budgets = budgets }
    tails[tail] = rules
  end
  return rules
end

-- ── Settlements ─────────────────────────────────────────────────────────────────────────────────

-- Replaces a token estimate by what was used, in buckets and day windows that still exist.
local function correct_tokens(turn, rules, estimate, actual)
  if estimate == actual then return end
  for _, bucket in ipairs(rules.buckets) do
    local key, interval = bucket[1], bucket[2]
    local tat = number_of(turn, key)
    if tat then
      turn.numbers[key] = tat + (actual - estimate) * interval
      turn.buckets[key] = true
    end
  end
  for _, key in ipairs(rules.windows) do
    if number_of(turn, key) then add_to_window(turn, key, actual - estimate) end
  end
end

-- SETTLE: the hold goes, the cost and the usage event come. Idempotent by call id.
local function settle(turn, id, mode, nanos, tokens, budgets, event)
  local done = turn.stored[DONE .. id]
  if done == 'final' or (done and mode == 'sweep') then return 'DUPLICATE' end
  if done then
    local swept = cmsgpack.unpack(done)
    if mode == 'final' then return 'SWEPT ' .. swept.event end
    local _, _, _, tail = read_hold(swept.hold)
    local rules = unpack_tail(turn.tails, tail)
    for _, key in ipairs(rules.budgets) do
      local period = period_of(turn, key)
      if period then period.more_spent = period.more_spent + nanos - swept.nanos end
    end
    correct_tokens(turn, rules, swept.tokens, tokens)
    turn.events[#turn.events + 1] = event
    turn.markers[#turn.markers + 1] = { id, 'final', SWEPT_TTL_S }
    turn.stored[DONE .. id] = 'final'
    return 'SETTLED'
  end

  local hold = turn.stored[HOLD .. id]
  local outcome = 'SETTLED'
  if hold then
    local _, amount, estimate, tail = read_hold(hold)
    local rules = unpack_tail(turn.tails, tail)
    for _, key in ipairs(rules.budgets) do
      local period = period_of(turn, key)
      if period and held_of(period) < tonumber(amount) then
        -- What is held is at least this hold. Less means that the period was lost: it will be seeded anew.
        turn.lost[#turn.lost + 1] = key
        turn.periods[key] = false
      elseif period then
        period.more_held = period.more_held - amount
        period.more_spent = period.more_spent + nanos
      end
    end
    correct_tokens(turn, rules, tonumber(estimate), tokens)
    for _, key in ipairs(rules.running) do
      local leaving = turn.leaving[key] or {}
      leaving[#leaving + 1] = id
      turn.leaving[key] = leaving
    end
  else
    -- The event enters the stream now. A period that exists was seeded without it; one that does not will be seeded with it.
    for _, key in ipairs(budgets) do
      local period = period_of(turn, key)
      if period then period.more_spent = period.more_spent + nanos end
    end
    outcome = 'LOST'
  end
  turn.ended[#turn.ended + 1] = id
  turn.events[#turn.events + 1] = event
  if mode == 'sweep' and hold then
    local record = cmsgpack.pack({ nanos = nanos, tokens = tokens, event = event, hold = hold })
    turn.markers[#turn.markers + 1] = { id, record, SWEPT_TTL_S }
    turn.stored[DONE .. id] = record
  else
    turn.markers[#turn.markers + 1] = { id, 'final', FINAL_TTL_S }
    turn.stored[DONE .. id] = 'final'
  end
  turn.stored[HOLD .. id] = false
  return outcome
end

-- ── Admissions ──────────────────────────────────────────────────────────────────────────────────

-- What a settlement needs of rules, the same for all their calls.
local function tail_of(rules)
  if not rules.tail then
    local buckets, windows, running, budgets = {}, {}, {}, {}
    for _, rule in ipairs(rules.limits) do
      local kind, key, limit = rule[1], rule[2], rule[3]
      if kind == 'tpm' then buckets[#buckets + 1] = { key, MINUTE_MS / limit } end
      if kind == 'tpd' then windows[#windows + 1] = key end
      if kind == 'concurrency' then running[#running + 1] = key end
    end
    for b, budget in ipairs(rules.budgets) do budgets[b] = budget[1] end
    rules.tail = cmsgpack.pack({ buckets, windows, running, budgets })
  end
  return rules.tail
end

-- Why no call can be judged by these rules: they are out of date, or their windows do not contain Redis' now.
local function problem_of(turn, rules)
  for _, pair in ipairs(rules.versions) do
    local stored = turn.stored[pair[1]]
    if not stored then return 'MISS' end
    if stored ~= pair[2] then return 'STALE' end
  end
  local now = turn.now
  for _, budget in ipairs(rules.budgets) do
    if now < budget[3] or (budget[4] > 0 and now >= budget[4]) then return 'CLOCK ' .. whole(now) end
  end
  for _, rule in ipairs(rules.limits) do
    if rule[5] > 0 and (now < rule[4] or now >= rule[5]) then return 'CLOCK ' .. whole(now) end
  end
  return false
end

-- ADMIT: all or nothing. Checks versions, every limit and every budget, and only then takes from them.
local function admit(turn, rules, id, prompt_tokens, prompt_nanos, output_nanos, wanted, least, draft)
  if rules.problem == nil then rules.problem = problem_of(turn, rules) end
  if rules.problem then return rules.problem end
  local now, limits, budgets = turn.now, rules.limits, rules.budgets

  -- Budgets first, since they may shorten the output that the token limits count.
  local allowed, periods, unknown = wanted, {}, nil
  for b, budget in ipairs(budgets) do
    local cap, period = budget[2], period_of(turn, budget[1])
    periods[b] = period
    if not period then
      unknown = (unknown or 'SEED') .. ' ' .. b
    elseif cap >= 0 and output_nanos > 0 then
      local left = cap - spent_of(period) - held_of(period) - prompt_nanos
      allowed = math.min(allowed, math.floor(left / output_nanos))
    end
  end
  if unknown then return unknown end
  if allowed < least then allowed = wanted end -- not worth a call: judge, and report, what was asked
  local amount = prompt_nanos + allowed * output_nanos
  local tokens = prompt_tokens + allowed

  local verdict = 'OK'
  local passes, before, after = {}, {}, {} -- `before` of the limits, then spent and held of the budgets
  for l, rule in ipairs(limits) do
    local kind, key, limit = rule[1], rule[2], rule[3]
    local passed
    if kind == 'rpm' or kind == 'tpm' then
      local interval = MINUTE_MS / limit
      local tat = math.max(number_of(turn, key) or 0, now)
      after[l] = tat + (kind == 'rpm' and 1 or tokens) * interval
      -- A millionth of a unit of slack absorbs rounding of the fractions.
      passed = after[l] - now <= MINUTE_MS + interval * 1e-6
      before[l] = tat > now and string.format('%.3f', tat - now) or '0'
    elseif kind == 'concurrency' then
      before[l] = running_of(turn, key).count
      passed = before[l] + 1 <= limit
    else
      after[l] = kind == 'tpd' and tokens or 1
      before[l] = number_of(turn, key) or 0
      passed = before[l] + after[l] <= limit
    end
    if not passed then verdict = 'LIMIT' end
    passes[l] = passed and '1' or '0'
  end
  for b, budget in ipairs(budgets) do
    local cap, period = budget[2], periods[b]
    local passed = cap < 0 or spent_of(period) + held_of(period) + amount <= cap
    if not passed and verdict == 'OK' then verdict = 'BUDGET' end
    passes[#limits + b] = passed and '1' or '0'
    before[#limits + 2 * b - 1] = as_text(period.spent, period.more_spent)
    before[#limits + 2 * b] = as_text(period.held, period.more_held)
  end
  local held = whole(amount)
  local head = { verdict, whole(now), whole(allowed), held, '.' .. table.concat(passes), table.concat(before, ' ') }
  local reply = table.concat(head, ' ')
  if verdict ~= 'OK' then return reply end

  for l, rule in ipairs(limits) do
    local kind, key = rule[1], rule[2]
    if kind == 'rpm' or kind == 'tpm' then
      turn.numbers[key] = after[l]
      turn.buckets[key] = true
    elseif kind == 'concurrency' then
      local running = turn.running[key]
      running.count = running.count + 1
      running.ids[#running.ids + 1] = id
    else
      add_to_window(turn, key, after[l], rule[5] + WINDOW_GRACE_MS)
    end
  end
  for _, period in ipairs(periods) do period.more_held = period.more_held + amount end
  local n = #turn.holds
  turn.holds[n + 1], turn.holds[n + 2] = HOLD .. id, write_hold('0', held, whole(tokens), tail_of(rules))
  turn.holds[n + 3], turn.holds[n + 4] = DRAFT .. id, draft
  turn.ids[#turn.ids + 1] = id
  return reply
end

-- ── Writing ─────────────────────────────────────────────────────────────────────────────────────

local function lease(key, ends, ids)
  local members = {}
  for i, id in ipairs(ids) do members[2 * i - 1], members[2 * i] = ends, id end
  if #members > 0 then redis.call('ZADD', key, unpack(members)) end
end

-- Sets no expiry that a sweep or a settlement makes needless: budget periods got theirs when seeded. The stream is the one
-- record that was not read before and may not be what it should be: it comes first, so that nothing is half-written.
local function write(turn, lease_ms)
  for _, event in ipairs(turn.events) do redis.call('XADD', turn.stream, '*', 'e', event) end
  for key, expires in pairs(turn.windows) do
    local count = whole(turn.numbers[key])
    if expires == 'as before' then
      redis.call('SET', key, count, 'KEEPTTL')
    else
      redis.call('SET', key, count, 'PXAT', whole(expires))
    end
  end
  for key in pairs(turn.buckets) do
    local tat = turn.numbers[key]
    local ttl = math.max(1000, math.ceil(tat - turn.now) + 1000)
    redis.call('SET', key, string.format('%.3f', tat), 'PX', whole(ttl))
  end
  for key, period in pairs(turn.periods) do
    if period and period.more_held ~= 0 then redis.call('HINCRBY', key, 'h', whole(period.more_held)) end
    if period and period.more_spent ~= 0 then redis.call('HINCRBY', key, 'u', whole(period.more_spent)) end
  end
  if #turn.lost > 0 then redis.call('DEL', unpack(turn.lost)) end
  for key, ids in pairs(turn.leaving) do redis.call('ZREM', key, unpack(ids)) end
  if #turn.ended > 0 then
    redis.call('ZREM', turn.open, unpack(turn.ended))
    local keys = {}
    for i, id in ipairs(turn.ended) do keys[2 * i - 1], keys[2 * i] = HOLD .. id, DRAFT .. id end
    redis.call('DEL', unpack(keys))
  end
  for _, marker in ipairs(turn.markers) do redis.call('SET', DONE .. marker[1], marker[2], 'EX', marker[3]) end

  local lease_ends = whole(turn.now + lease_ms)
  for key, running in pairs(turn.running) do lease(key, lease_ends, running.ids) end
  lease(turn.open, lease_ends, turn.ids)
  if #turn.holds > 0 then redis.call('MSET', unpack(turn.holds)) end
end

--[[ TURN: all that one gateway has for Redis at a moment, in one step: settlements first, then admissions, each as if it
came alone. At most 100 of both.
KEYS  open, stream; all other names are in the arguments, and share their slot
ARGV  1 lease ms
      2 the sets of rules that admissions are judged by, JSON: [ { versions: [[key, version]…],
        limits: [[kind, key, limit, window start ms or 0, end ms or 0]…],
        budgets: [[key, cap nanos or -1, start ms, end ms or 0]…] }… ]
      3 settlements, JSON: [[call id, final | sweep | adjust, cost nanos, tokens, [budget period, used only where the hold
        is lost]…]…]
      4 admissions, JSON: [[number of the rules, call id, prompt tokens (estimate), nanos held for the prompt, nanos per
        output token, output tokens wanted, least output tokens worth a call]…]
      5… the usage event of each settlement, then the draft of each admission
Returns a text for each, in that order.
  Of a settlement: SETTLED; LOST when no hold was found (Redis lost it): the event is kept all the same; DUPLICATE;
    SWEPT and the event's JSON when the sweeper has booked an estimate for this call: come again with `adjust`, whose
    event carries the difference, and whose nanos and tokens are the true ones.
  Of an admission, parts separated by spaces:
    OK | LIMIT | BUDGET, now, output allowed, nanos held, a point and for each rule 1 where it passed or 0,
      per limit what was in use (bucket: ms until it is free; else a count), per budget: spent, held
    STALE · MISS · CLOCK now (a window does not contain Redis' now) · SEED i… (budget periods that are unknown)
    What is in use excludes this call. A refusal writes nothing. ]]
local function take_turn(keys, argv)
  local turn = open_turn(keys[1], keys[2])
  local rule_sets, settlements, admissions = cjson.decode(argv[2]), cjson.decode(argv[3]), cjson.decode(argv[4])
  local names = {}
  for _, settlement in ipairs(settlements) do
    names[#names + 1] = HOLD .. settlement[1]
    names[#names + 1] = DONE .. settlement[1]
  end
  for _, rules in ipairs(rule_sets) do
    for _, pair in ipairs(rules.versions) do names[#names + 1] = pair[1] end
    for _, rule in ipairs(rules.limits) do
      if rule[1] ~= 'concurrency' then names[#names + 1] = rule[2] end
    end
  end
  read_strings(turn, names)

  local replies, text = {}, 4
  for i, s in ipairs(settlements) do
    replies[i] = settle(turn, s[1], s[2], tonumber(s[3]), s[4], s[5], argv[text + i])
  end
  text = text + #settlements
  for i, a in ipairs(admissions) do
    replies[#settlements + i] = admit(turn, rule_sets[a[1]], a[2], a[3], a[4], a[5], a[6], a[7], argv[text + i])
  end
  write(turn, tonumber(argv[1]))
  return replies
end

-- ── Leases ──────────────────────────────────────────────────────────────────────────────────────

--[[ RENEW: the gateway lives, and these calls with it.
KEYS  open
ARGV  1 lease ms, then for each call: its id, output tokens so far
Returns the number of calls renewed. ]]
local function renew(keys, argv)
  local ends = whole(clock_ms() + tonumber(argv[1]))
  local renewed, tails = 0, {}
  for i = 2, #argv, 2 do
    local id, seen = argv[i], argv[i + 1]
    local hold = redis.call('GET', HOLD .. id)
    if hold then
      local _, amount, tokens, tail = read_hold(hold)
      redis.call('ZADD', keys[1], 'XX', ends, id)
      redis.call('SET', HOLD .. id, write_hold(seen, amount, tokens, tail))
      for _, key in ipairs(unpack_tail(tails, tail).running) do redis.call('ZADD', key, 'XX', ends, id) end
      renewed = renewed + 1
    end
  end
  return renewed
end

--[[ EXPIRED: holds whose gateway has not renewed them.
KEYS  open
ARGV  1 most to return
Returns a flat list: call id, draft, output tokens so far. A lease without a hold is dropped on the way. ]]
local function expired(keys, argv)
  local ids = redis.call('ZRANGEBYSCORE', keys[1], '-inf', whole(clock_ms()), 'LIMIT', 0, argv[1])
  local found = {}
  for _, id in ipairs(ids) do
    local record = redis.call('MGET', HOLD .. id, DRAFT .. id)
    if record[1] and record[2] then
      local n = #found
      found[n + 1], found[n + 2], found[n + 3] = id, record[2], (read_hold(record[1]))
    else
      redis.call('ZREM', keys[1], id)
    end
  end
  return found
end

-- ── Seeding ─────────────────────────────────────────────────────────────────────────────────────

-- The id of the newest entry that the stream has ever had.
local function last_entry(stream)
  local info = redis.pcall('XINFO', 'STREAM', stream)
  if info.err then return '0-0' end
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return info[i + 1] end
  end
end

local function is_behind(id, other)
  local ms, seq = string.match(id, '(%d+)-(%d+)')
  local other_ms, other_seq = string.match(other, '(%d+)-(%d+)')
  ms, other_ms = tonumber(ms), tonumber(other_ms)
  return ms > other_ms or (ms == other_ms and tonumber(seq) > tonumber(other_seq))
end

-- Whether a worker has taken entries behind `id`, and so may have booked them.
local function is_taken_behind(stream, id)
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  if groups.err then return false end
  for _, group in ipairs(groups) do
    for i = 1, #group, 2 do
      if group[i] == 'last-delivered-id' and is_behind(group[i + 1], id) then return true end
    end
  end
  return false
end

--[[ SEED: what the ledger knows of a budget period, unless somebody was first. Calls that were settled while it was read
are counted here, so that no traffic keeps a period from being seeded.
KEYS  budget period, stream
ARGV  1 spent nanos  2 period start ms  3 period end ms or 0  4 the stream's newest entry before anything was read
      5 the field of an event that names the scope, '' for all  6 the scope's id
Returns 1, or 0 when a worker has taken entries since, which the reader may have found in the ledger or not: read again. ]]
local function seed(keys, argv)
  local budget, stream = keys[1], keys[2]
  local starts, ends, newest, field, scope = tonumber(argv[2]), tonumber(argv[3]), argv[4], argv[5], argv[6]
  if is_taken_behind(stream, newest) then return 0 end
  local entries = redis.call('XRANGE', stream, '(' .. newest, '+', 'COUNT', MOST_BEHIND + 1)
  if #entries > MOST_BEHIND then return 0 end
  if redis.call('HSETNX', budget, 'u', argv[1]) == 0 then return 1 end

  redis.call('HSETNX', budget, 'h', '0')
  if ends > 0 then redis.call('PEXPIREAT', budget, whole(ends + BUDGET_GRACE_MS)) end
  for _, entry in ipairs(entries) do
    local readable, event = pcall(cjson.decode, entry[2][2])
    if readable and type(event) == 'table' and type(event.costNanos) == 'string' and type(event.at) == 'number'
      and (field == '' or event[field] == scope) and event.at >= starts and (ends == 0 or event.at < ends) then
      redis.call('HINCRBY', budget, 'u', event.costNanos)
    end
  end
  return 1
end

--[[ NEWEST: the id of the newest entry that the stream has ever had, 0-0 for none.
KEYS  stream ]]
local function newest(keys)
  return last_entry(keys[1])
end

--[[ RECORD: events of calls that held nothing (refusals).
KEYS  stream
ARGV  event JSON, … ]]
local function record(keys, argv)
  for _, event in ipairs(argv) do redis.call('XADD', keys[1], '*', 'e', event) end
  return #argv
end

--[[ SET_VERSIONS: what PostgreSQL says; an older version never replaces a newer one.
KEYS  versions
ARGV  1 time to live (s), then one version for each key ]]
local function set_versions(keys, argv)
  for i, key in ipairs(keys) do
    local stored = redis.call('GET', key)
    if not stored or tonumber(stored) <= tonumber(argv[i + 1]) then
      redis.call('SET', key, argv[i + 1], 'EX', argv[1])
    end
  end
  return #keys
end

redis.register_function('gatehouse_check', check)
redis.register_function('gatehouse_turn', take_turn)
redis.register_function('gatehouse_renew', renew)
redis.register_function('gatehouse_expired', expired)
redis.register_function('gatehouse_seed', seed)
redis.register_function('gatehouse_newest', newest)
redis.register_function('gatehouse_record', record)
redis.register_function('gatehouse_set_versions', set_versions)
