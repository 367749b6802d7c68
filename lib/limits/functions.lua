#!lua name=gatehouse
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
-- of the turn touch it.
local function open_turn(open, stream)
  return {
    open = open, stream = stream, now = clock_ms(),
    stored = {},   -- strings as they were read; false for none
    numbers = {},  -- buckets and windows as they are now; false for none
    periods = {},  -- budget periods as they are now; false for none
    changed = {},  -- keys of numbers and periods that are to be written
    is_changed = {}, -- key → true, of those
    expires = {},  -- key → when to look at it, of what is new
    lost = {},     -- budget periods to be deleted
    unseeded = {}, -- budget period that is not known → how much more is held of it
    problems = {}, -- set of rules → why no call can be judged by it; false for none
    running = {},  -- key → { count of leases, ids that come }
    leaving = {},  -- key → ids that go
    ids = {},      -- calls that come
    holds = {},    -- key, value, …
    ended = {},    -- calls that go
    settled = {},  -- calls that are settled for good
    settled_now = {}, -- call → true, of those
    swept = {},    -- call → packed record
    events = {},
  }
end

-- Reads strings that are not read yet, in one command.
local function read_strings(turn, keys)
  local stored, unread = turn.stored, keys
  if next(stored) ~= nil then
    unread = {}
    for i = 1, #keys do
      local key = keys[i]
      if stored[key] == nil then
        stored[key] = false
        unread[#unread + 1] = key
      end
    end
  end
  for first = 1, #unread, MOST_ARGUMENTS do
    local last = math.min(#unread, first + MOST_ARGUMENTS - 1)
    local values = redis.call('MGET', unpack(unread, first, last))
    for i = first, last do stored[unread[i]] = values[i - first + 1] end
  end
end

local function string_of(turn, key)
  if turn.stored[key] == nil then read_strings(turn, { key }) end
  return turn.stored[key]
end

local function number_of(turn, key)
  local number = turn.numbers[key]
  if number == nil then
    local text = turn.stored[key]
    if text == nil then text = string_of(turn, key) end
    number = text and text + 0
    turn.numbers[key] = number
  end
  return number
end

local function set_number(turn, key, number, expires)
  if not turn.numbers[key] then turn.expires[key] = expires end
  turn.numbers[key] = number
  if not turn.is_changed[key] then
    turn.is_changed[key] = true
    turn.changed[#turn.changed + 1] = key
  end
end

-- A count that is whole is written so: rounding must not let a limit creep.
local function number_text(number)
  return number % 1 == 0 and whole(number) or string.format('%.3f', number)
end

-- A bucket's or a window's text as it is now.
local function text_of(turn, key)
  if turn.is_changed[key] then return number_text(turn.numbers[key]) end
  return turn.stored[key] or '0'
end

local function read_period(text)
  local space = string.find(text, ' ', 1, true)
  return { spent = string.sub(text, 1, space - 1) + 0, held = string.sub(text, space + 1) + 0, text = text }
end

local function write_period(period)
  local text = period.text or string.format('%d %d', period.spent, period.held)
  period.text = text
  return text
end

local function period_of(turn, key)
  local period = turn.periods[key]
  if period == nil then
    local text = turn.stored[key]
    if text == nil then text = string_of(turn, key) end
    period = text and read_period(text)
    turn.periods[key] = period
  end
  return period
end

local function change_period(turn, key, period, more_spent, more_held)
  period.spent = period.spent + more_spent
  period.held = period.held + more_held
  period.text = nil
  if not turn.is_changed[key] then
    turn.is_changed[key] = true
    turn.changed[#turn.changed + 1] = key
  end
end

local function hold_unseeded(turn, key, more_held)
  turn.unseeded[key] = (turn.unseeded[key] or 0) + more_held
end

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

-- A hold as text: output tokens seen so far, nanos, input and output tokens, and what of its rules its settlement needs,
-- packed.
local function write_hold(seen, amount, input, output, tail)
  return seen .. ' ' .. amount .. ' ' .. input .. ' ' .. output .. ' ' .. tail
end

local function read_hold(text)
  local _, last, seen, amount, input, output = string.find(text, '^(%d+) (%d+) (%d+) (%d+) ')
  return { seen = seen, amount = amount, input = input, output = output, tail = string.sub(text, last + 1) }
end

-- What a call takes of a limit that counts `counted`.
local function cost_of(counted, input, output)
  if counted == 'calls' then return 1 end
  if counted == 'input' then return input end
  if counted == 'output' then return output end
  return input + output
end

-- ── What turns have in common ───────────────────────────────────────────────────────────────────

-- Texts that come again and again, as what they say. Forgotten all at once when they are many.
local function remembering(read)
  local known, count = {}, 0
  return function(text)
    local found = known[text]
    if not found then
      if count >= MOST_REMEMBERED then known, count = {}, 0 end
      found = read(text)
      known[text], count = found, count + 1
    end
    return found
  end
end

-- What a settlement needs of the rules that its call was admitted by. `names`: what is to be read for it.
local unpack_tail = remembering(function(tail)
  local buckets, windows, running, budgets = unpack(cmsgpack.unpack(tail))
  local names = {}
  for _, bucket in ipairs(buckets) do names[#names + 1] = bucket[1] end
  for _, window in ipairs(windows) do names[#names + 1] = window[1] end
  for _, key in ipairs(budgets) do names[#names + 1] = key end
  return { buckets = buckets, windows = windows, running = running, budgets = budgets, names = names }
end)

local function pack_tail(rules)
  local buckets, windows, running, budgets = {}, {}, {}, {}
  for _, rule in ipairs(rules.limits) do
    local counted, span, key, limit = rule[1], rule[2], rule[3], rule[4]
    if span == 'running' then
      running[#running + 1] = key
    elseif counted ~= 'calls' then
      if span == 'minute' then
        buckets[#buckets + 1] = { key, counted, MINUTE_MS / limit }
      else
        windows[#windows + 1] = { key, counted }
      end
    end
  end
  for b, budget in ipairs(rules.budgets) do budgets[b] = budget[1] end
  return cmsgpack.pack({ buckets, windows, running, budgets })
end

-- A set of rules, with the names of all that is to be read to judge by it, and the tail of the holds under it.
local read_rules = remembering(function(text)
  local rules = cjson.decode(text)
  local names, starts, ends = { RECOVERY }, 0, math.huge
  for _, pair in ipairs(rules.versions) do names[#names + 1] = pair[1] end
  for _, rule in ipairs(rules.limits) do
    local span, window_start, window_end = rule[2], rule[5], rule[6]
    if span ~= 'running' then names[#names + 1] = rule[3] end
    if window_end > 0 then starts, ends = math.max(starts, window_start), math.min(ends, window_end) end
  end
  for _, budget in ipairs(rules.budgets) do
    names[#names + 1] = budget[1]
    starts = math.max(starts, budget[3])
    if budget[4] > 0 then ends = math.min(ends, budget[4]) end
  end
  rules.names, rules.tail = names, pack_tail(rules)
  rules.starts, rules.ends = starts, ends
  rules.all_passed = '.' .. string.rep('1', #rules.limits + #rules.budgets)
  return rules
end)

-- ── Settlements ─────────────────────────────────────────────────────────────────────────────────

local function slot_of(now, ago)
  return SETTLED .. whole(math.floor(now / SLOT_MS) - ago)
end

-- Whether a call without a hold was settled before. One with a hold was not.
local function is_settled(turn, id)
  for ago = 0, 1 do
    if redis.call('SISMEMBER', slot_of(turn.now, ago), id) == 1 then return true end
  end
  return false
end

-- Replaces what a call was taken to use by what it used, in buckets and windows that still exist. `input` and `output` are
-- how much more that is, in tokens.
local function correct_tokens(turn, rules, input, output)
  if input == 0 and output == 0 then return end
  for _, bucket in ipairs(rules.buckets) do
    local key, counted, interval = bucket[1], bucket[2], bucket[3]
    local tat = number_of(turn, key)
    if tat then set_number(turn, key, tat + cost_of(counted, input, output) * interval) end
  end
  for _, window in ipairs(rules.windows) do
    local key, counted = window[1], window[2]
    local count = number_of(turn, key)
    if count then set_number(turn, key, count + cost_of(counted, input, output)) end
  end
end

local function is_over(turn, id)
  turn.ended[#turn.ended + 1] = id
  turn.stored[HOLD .. id] = false
end

local function settle_for_good(turn, id)
  turn.settled[#turn.settled + 1] = id
  turn.settled_now[id] = true
end

-- The sweeper has booked an estimate for this call; the truth comes as the difference.
local function adjust(turn, id, swept, nanos, input, output, event)
  local rules = unpack_tail(read_hold(swept.hold).tail)
  for _, key in ipairs(rules.budgets) do
    local period = period_of(turn, key)
    if period then change_period(turn, key, period, nanos - swept.nanos, 0) end
  end
  correct_tokens(turn, rules, input - swept.input, output - swept.output)
  turn.events[#turn.events + 1] = event
  turn.swept[id] = 'settled'
  return 'SETTLED'
end

-- The hold was lost. The event enters the stream now: a period that exists was seeded without it; one that does not will
-- be seeded with it.
local function book_lost(turn, id, nanos, budgets, event)
  for _, key in ipairs(budgets) do
    local period = period_of(turn, key)
    if period then change_period(turn, key, period, nanos, 0) end
  end
  turn.events[#turn.events + 1] = event
  is_over(turn, id)
  settle_for_good(turn, id)
  return 'LOST'
end

-- SETTLE: the hold goes, the cost and the usage event come. Idempotent by call id.
local function settle(turn, id, mode, nanos, input, output, budgets, event)
  local text = turn.stored[HOLD .. id]
  if not text then
    if turn.settled_now[id] or is_settled(turn, id) then return 'DUPLICATE' end
    local swept = turn.swept[id] or string_of(turn, SWEPT .. id)
    if not swept then return book_lost(turn, id, nanos, budgets, event) end
    if swept == 'settled' or mode == 'sweep' then return 'DUPLICATE' end
    if mode == 'final' then return 'SWEPT ' .. cmsgpack.unpack(swept).event end
    return adjust(turn, id, cmsgpack.unpack(swept), nanos, input, output, event)
  end

  local hold = read_hold(text)
  local rules = unpack_tail(hold.tail)
  for _, key in ipairs(rules.budgets) do
    local period = period_of(turn, key)
    if period and period.held < tonumber(hold.amount) then
      -- What is held is at least this hold. Less means that the period was lost: it will be seeded anew.
      turn.lost[#turn.lost + 1] = key
      turn.periods[key] = false
    elseif period then
      change_period(turn, key, period, nanos, -hold.amount)
    else
      hold_unseeded(turn, key, -hold.amount)
    end
  end
  correct_tokens(turn, rules, input - hold.input, output - hold.output)
  for _, key in ipairs(rules.running) do
    local leaving = turn.leaving[key] or {}
    leaving[#leaving + 1] = id
    turn.leaving[key] = leaving
  end
  turn.events[#turn.events + 1] = event
  is_over(turn, id)
  if mode == 'sweep' then
    -- Its gateway may live after all: then this is what it is told.
    turn.swept[id] = cmsgpack.pack({ nanos = nanos, input = input, output = output, event = event, hold = text })
  else
    settle_for_good(turn, id)
  end
  return 'SETTLED'
end

-- ── Admissions ──────────────────────────────────────────────────────────────────────────────────

-- Why no call can be judged by these rules: Redis is being told again what it lost, they are out of date, or their windows
-- do not contain Redis' now.
local function problem_of(turn, rules)
  if turn.stored[RECOVERY] then return 'MISS recovering' end
  for _, pair in ipairs(rules.versions) do
    local stored = turn.stored[pair[1]]
    if not stored then return 'MISS' end
    if stored ~= pair[2] then return 'STALE' end
  end
  if turn.now < rules.starts or turn.now >= rules.ends then return 'CLOCK ' .. whole(turn.now) end
  return false
end

-- ADMIT: all or nothing. Checks versions, every limit and every budget, and only then takes from them.
local function admit(turn, rules, id, prompt_tokens, prompt_nanos, output_nanos, wanted, least, draft)
  local problem = turn.problems[rules]
  if problem == nil then
    problem = problem_of(turn, rules)
    turn.problems[rules] = problem
  end
  if problem then return problem end
  local now, limits, budgets = turn.now, rules.limits, rules.budgets

  -- Budgets first, since they may shorten the output that the token limits count.
  local allowed, periods, unknown = wanted, {}, nil
  for b = 1, #budgets do
    local budget = budgets[b]
    local cap, period = budget[2], period_of(turn, budget[1])
    periods[b] = period
    if not period then
      unknown = (unknown or 'SEED') .. ' ' .. b
    elseif cap >= 0 and output_nanos > 0 then
      local left = cap - period.spent - period.held - prompt_nanos
      if left < allowed * output_nanos then allowed = math.floor(left / output_nanos) end
    end
  end
  if unknown then return unknown end
  if allowed < least then allowed = wanted end -- not worth a call: judge, and report, what was asked
  local amount = prompt_nanos + allowed * output_nanos

  local costs = { calls = 1, input = prompt_tokens, output = allowed, tokens = prompt_tokens + allowed }
  local verdict, failed = 'OK', nil
  local before, after = {}, {} -- `before` of the limits, then of the budgets
  for l = 1, #limits do
    local rule = limits[l]
    local span, key, limit = rule[2], rule[3], rule[4]
    local passed
    if span == 'minute' then
      local interval = MINUTE_MS / limit
      local tat = number_of(turn, key)
      if tat and tat > now then before[l] = text_of(turn, key) else tat, before[l] = now, '0' end
      tat = tat + costs[rule[1]] * interval
      after[l] = tat
      -- A millionth of a unit of slack absorbs rounding of the fractions.
      passed = tat - now <= MINUTE_MS + interval * 1e-6
    elseif span == 'running' then
      local count = running_of(turn, key).count
      before[l] = count
      passed = count + 1 <= limit
    else
      local count = (number_of(turn, key) or 0) + costs[rule[1]]
      before[l] = text_of(turn, key)
      after[l] = count
      passed = count <= limit
    end
    if not passed then
      verdict, failed = 'LIMIT', failed or {}
      failed[l] = true
    end
  end
  for b = 1, #budgets do
    local cap, period = budgets[b][2], periods[b]
    if cap >= 0 and period.spent + period.held + amount > cap then
      if verdict == 'OK' then verdict = 'BUDGET' end
      failed = failed or {}
      failed[#limits + b] = true
    end
    before[#limits + b] = write_period(period)
  end
  local passes = rules.all_passed
  if failed then
    local marks = {}
    for i = 1, #before do marks[i] = failed[i] and '0' or '1' end
    passes = '.' .. table.concat(marks)
  end
  local held = whole(amount)
  local reply = verdict .. string.format(' %.3f %d ', now, allowed) .. held .. ' ' .. passes
  if #before > 0 then reply = reply .. ' ' .. table.concat(before, ' ') end
  if failed then return reply end

  for l = 1, #limits do
    local rule = limits[l]
    local key, ends = rule[3], rule[6]
    if rule[2] == 'running' then
      local running = turn.running[key]
      running.count = running.count + 1
      running.ids[#running.ids + 1] = id
    else
      set_number(turn, key, after[l], ends > 0 and ends + WINDOW_GRACE_MS or now + BUCKET_GRACE_MS)
    end
  end
  for b = 1, #budgets do change_period(turn, budgets[b][1], periods[b], 0, amount) end
  local holds = turn.holds
  local n = #holds
  holds[n + 1], holds[n + 2] = HOLD .. id, write_hold('0', held, whole(prompt_tokens), whole(allowed), rules.tail)
  holds[n + 3], holds[n + 4] = DRAFT .. id, draft
  turn.ids[#turn.ids + 1] = id
  return reply
end

-- ── Writing ─────────────────────────────────────────────────────────────────────────────────────

-- A command with as many arguments as there are, in portions. `key` comes before each portion; nil for none.
local function call_with(command, key, arguments)
  for first = 1, #arguments, MOST_ARGUMENTS do
    local last = math.min(#arguments, first + MOST_ARGUMENTS - 1)
    if key then redis.call(command, key, unpack(arguments, first, last))
    else redis.call(command, unpack(arguments, first, last)) end
  end
end

local function lease(key, ends, ids)
  local members = {}
  for i, id in ipairs(ids) do members[2 * i - 1], members[2 * i] = ends, id end
  call_with('ZADD', key, members)
end

-- The stream is the one record that was not read before and may not be what it should be: it comes first, so that nothing
-- is half-written.
local function write(turn, lease_ms)
  for _, event in ipairs(turn.events) do redis.call('XADD', turn.stream, '*', 'e', event) end
  local values = turn.holds
  local changed, periods, numbers, n = turn.changed, turn.periods, turn.numbers, #values
  for i = 1, #changed do
    local key = changed[i]
    local period, number = periods[key], numbers[key]
    if period or number then
      values[n + 1], values[n + 2] = key, period and write_period(period) or number_text(number)
      n = n + 2
    end
  end
  call_with('MSET', nil, values)
  local expires = {}
  for key, at in pairs(turn.expires) do
    expires[#expires + 1] = whole(at)
    expires[#expires + 1] = key
  end
  call_with('ZADD', EXPIRY, expires)
  call_with('DEL', nil, turn.lost)
  for key, more in pairs(turn.unseeded) do
    if more > 0 or redis.call('HEXISTS', UNSEEDED, key) == 1 then
      if redis.call('HINCRBY', UNSEEDED, key, whole(more)) <= 0 then redis.call('HDEL', UNSEEDED, key) end
      redis.call('EXPIRE', UNSEEDED, UNSEEDED_TTL_S)
    end
  end
  for key, ids in pairs(turn.leaving) do call_with('ZREM', key, ids) end
  if #turn.ended > 0 then
    call_with('ZREM', turn.open, turn.ended)
    local keys = {}
    for i, id in ipairs(turn.ended) do keys[2 * i - 1], keys[2 * i] = HOLD .. id, DRAFT .. id end
    call_with('DEL', nil, keys)
  end
  if #turn.settled > 0 then
    local slot = slot_of(turn.now, 0)
    call_with('SADD', slot, turn.settled)
    redis.call('PEXPIRE', slot, 2 * SLOT_MS)
  end
  for id, record in pairs(turn.swept) do redis.call('SET', SWEPT .. id, record, 'EX', SWEPT_TTL_S) end

  local lease_ends = whole(turn.now + lease_ms)
  for key, running in pairs(turn.running) do lease(key, lease_ends, running.ids) end
  lease(turn.open, lease_ends, turn.ids)
end

-- What a turn must know before anything of it can be decided.
local function names_of(rule_sets, settlements)
  if #rule_sets == 1 and #settlements == 0 then return rule_sets[1].names end
  local names = {}
  for _, rules in ipairs(rule_sets) do
    for _, name in ipairs(rules.names) do names[#names + 1] = name end
  end
  for _, settlement in ipairs(settlements) do names[#names + 1] = HOLD .. settlement[1] end
  return names
end

--[[ TURN: all that one gateway has for Redis at a moment, in one step: settlements first, then admissions, each as if it
came alone. At most 100 of both.
KEYS  open, stream; all other names are in the arguments, and share their slot
ARGV  1 lease ms
      2 settlements, JSON: [[call id, final | sweep | adjust, cost nanos, input tokens, output tokens, [budget period, used
        only where the hold is lost]…]…]
      3 admissions, JSON: [[number of the rules, call id, prompt tokens (estimate), nanos held for the prompt, nanos per
        output token, output tokens wanted, least output tokens worth a call]…]
      4… the usage event of each settlement, then the draft of each admission, then the sets of rules that admissions are
        judged by, each JSON: { versions: [[key, version]…],
        limits: [[counted (calls, tokens, input or output), span (minute, hour, day or running), key, limit, window start ms
        or 0, end ms or 0]…],
        budgets: [[key, cap nanos or -1, start ms, end ms or 0]…] }
Returns a text for each, in that order.
  Of a settlement: SETTLED; LOST when no hold was found (Redis lost it): the event is kept all the same; DUPLICATE;
    SWEPT and the event's JSON when the sweeper has booked an estimate for this call: come again with `adjust`, whose
    event carries the difference, and whose nanos and tokens are the true ones.
  Of an admission, parts separated by spaces:
    OK | LIMIT | BUDGET, now, output allowed, nanos held, a point and for each rule 1 where it passed or 0,
      per limit what was in use (bucket: when it is free, ms, 0 where it is; else a count), per budget: spent, held
    STALE · MISS · MISS recovering (Redis is being told what it lost) · CLOCK now (a window does not contain Redis' now)
    SEED i… (budget periods that are unknown)
    What is in use excludes this call. A refusal writes nothing. ]]
local function take_turn(keys, argv)
  local turn = open_turn(keys[1], keys[2])
  local settlements = argv[2] == '[]' and {} or cjson.decode(argv[2])
  local admissions = argv[3] == '[]' and {} or cjson.decode(argv[3])
  local first_event, first_draft = 4, 4 + #settlements
  local rule_sets = {}
  for i = first_draft + #admissions, #argv do rule_sets[#rule_sets + 1] = read_rules(argv[i]) end
  read_strings(turn, names_of(rule_sets, settlements))
  -- Of the rules of calls that end, mostly all is read by now.
  local others = {}
  for _, settlement in ipairs(settlements) do
    local hold = turn.stored[HOLD .. settlement[1]]
    if hold then
      for _, name in ipairs(unpack_tail(read_hold(hold).tail).names) do others[#others + 1] = name end
    end
  end
  read_strings(turn, others)

  local replies = {}
  for i, s in ipairs(settlements) do
    replies[i] = settle(turn, s[1], s[2], tonumber(s[3]), s[4], s[5], s[6], argv[first_event + i - 1])
  end
  for i, a in ipairs(admissions) do
    local draft = argv[first_draft + i - 1]
    replies[#settlements + i] = admit(turn, rule_sets[a[1]], a[2], a[3], a[4], a[5], a[6], a[7], draft)
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
  local renewed, values, leases = 0, {}, { [keys[1]] = {} }
  local names = {}
  for i = 2, #argv, 2 do names[#names + 1] = HOLD .. argv[i] end
  local turn = { stored = {} }
  read_strings(turn, names)
  for i = 2, #argv, 2 do
    local id, seen = argv[i], argv[i + 1]
    local text = turn.stored[HOLD .. id]
    if text then
      local hold = read_hold(text)
      values[#values + 1] = HOLD .. id
      values[#values + 1] = write_hold(seen, hold.amount, hold.input, hold.output, hold.tail)
      table.insert(leases[keys[1]], id)
      for _, key in ipairs(unpack_tail(hold.tail).running) do
        leases[key] = leases[key] or {}
        table.insert(leases[key], id)
      end
      renewed = renewed + 1
    end
  end
  call_with('MSET', nil, values)
  for key, ids in pairs(leases) do
    for first = 1, #ids, MOST_ARGUMENTS / 2 do
      local members = {}
      for i = first, math.min(#ids, first + MOST_ARGUMENTS / 2 - 1) do
        members[#members + 1] = ends
        members[#members + 1] = ids[i]
      end
      redis.call('ZADD', key, 'XX', unpack(members))
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
      found[n + 1], found[n + 2], found[n + 3] = id, record[2], read_hold(record[1]).seen
    else
      redis.call('ZREM', keys[1], id)
    end
  end
  return found
end

-- Whether a call's hold is not there, although nothing has ended the call.
local function is_missing(turn, id)
  return not turn.stored[HOLD .. id] and not turn.stored[SWEPT .. id] and not is_settled(turn, id)
end

local function read_holds(turn, ids)
  local names = {}
  for i, id in ipairs(ids) do names[2 * i - 1], names[2 * i] = HOLD .. id, SWEPT .. id end
  read_strings(turn, names)
end

--[[ MISSING: which of these calls hold nothing, although nothing has ended them? Redis lost what they held.
KEYS  open
ARGV  call id, … ]]
local function missing(keys, argv)
  local turn, found = open_turn(keys[1]), {}
  read_holds(turn, argv)
  for _, id in ipairs(argv) do
    if is_missing(turn, id) then found[#found + 1] = id end
  end
  return found
end

--[[ HOLD_AGAIN: calls that run, and whose holds Redis lost, hold again what they held: of budgets, and their places among
those that run at once. Of limits nothing is taken again.
KEYS  open
ARGV  1 lease ms
      2 calls, JSON: [[number of the rules, call id, nanos held, input tokens, output tokens, output tokens so far]…]
      3… the draft of each, then the sets of rules, as in TURN
Returns how many were put back; the others have their hold, or are over. ]]
local function hold_again(keys, argv)
  local calls, turn, ids = cjson.decode(argv[2]), open_turn(keys[1]), {}
  for c, call in ipairs(calls) do ids[c] = call[2] end
  read_holds(turn, ids)
  for c, call in ipairs(calls) do
    local id, amount = call[2], call[3]
    if is_missing(turn, id) then
      local rules = read_rules(argv[2 + #calls + call[1]])
      for _, budget in ipairs(rules.budgets) do
        local key = budget[1]
        local period = period_of(turn, key)
        if period then change_period(turn, key, period, 0, amount) else hold_unseeded(turn, key, amount) end
      end
      for _, rule in ipairs(rules.limits) do
        if rule[2] == 'running' then table.insert(running_of(turn, rule[3]).ids, id) end
      end
      local n = #turn.holds
      turn.holds[n + 1] = HOLD .. id
      turn.holds[n + 2] = write_hold(whole(call[6]), whole(amount), whole(call[4]), whole(call[5]), rules.tail)
      turn.holds[n + 3], turn.holds[n + 4] = DRAFT .. id, argv[2 + c]
      turn.ids[#turn.ids + 1] = id
      turn.stored[HOLD .. id] = true
    end
  end
  write(turn, tonumber(argv[1]))
  return #turn.ids
end

-- ── Seeding ─────────────────────────────────────────────────────────────────────────────────────

-- The id of the newest entry that the stream has ever had, and of the oldest that it has now ('' for none).
local function ends_of(stream)
  local info = redis.pcall('XINFO', 'STREAM', stream)
  local newest, oldest = '0-0', ''
  for i = 1, info.err and 0 or #info, 2 do
    if info[i] == 'last-generated-id' then newest = info[i + 1] end
    if info[i] == 'first-entry' and info[i + 1] then oldest = info[i + 1][1] end
  end
  return newest, oldest
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

-- Whether an event's value names a scope: an id, a list of groups, or tags, of which a scope is `name=value`.
local function names_scope(value, scope)
  if type(value) ~= 'table' then return value == scope end
  for name, one in pairs(value) do
    local named = type(name) == 'string' and name .. '=' .. tostring(one) or one
    if named == scope then return true end
  end
  return false
end

-- What a budget period comes to now: what was read of it, and what was settled since, so that no traffic keeps it from
-- being known. Nil when a worker has taken entries since, which the reader may have found in the ledger or not.
-- ARGV  1 spent nanos  2 period start ms  3 period end ms or 0  4 the stream's newest entry before anything was read
--       5 the field of an event that names the scope, '' for all  6 the scope's id  7 only calls in this team, '' for all
local function spent_now(stream, argv)
  local starts, ends, newest = tonumber(argv[2]), tonumber(argv[3]), argv[4]
  local field, scope, team = argv[5], argv[6], argv[7]
  if is_taken_behind(stream, newest) then return nil end
  local entries = redis.call('XRANGE', stream, '(' .. newest, '+', 'COUNT', MOST_BEHIND + 1)
  if #entries > MOST_BEHIND then return nil end
  local spent = tonumber(argv[1])
  for _, entry in ipairs(entries) do
    local readable, event = pcall(cjson.decode, entry[2][2])
    if readable and type(event) == 'table' and type(event.costNanos) == 'string' and type(event.at) == 'number'
      and (field == '' or names_scope(event[field], scope)) and (team == '' or event.teamId == team)
      and event.at >= starts and (ends == 0 or event.at < ends) then
      spent = spent + tonumber(event.costNanos)
    end
  end
  return spent
end

--[[ SEED: what the ledger knows of a budget period, unless somebody was first; and what calls hold of it that were put
back before.
KEYS  budget period, stream
ARGV  as above
Returns 1, or 0: read again. ]]
local function seed(keys, argv)
  local spent = spent_now(keys[2], argv)
  if not spent then return 0 end
  if redis.call('EXISTS', keys[1]) == 1 then return 1 end
  local held = tonumber(redis.call('HGET', UNSEEDED, keys[1]) or 0)
  redis.call('SET', keys[1], write_period({ spent = spent, held = held }))
  redis.call('HDEL', UNSEEDED, keys[1])
  local ends = tonumber(argv[3])
  if ends > 0 then redis.call('ZADD', EXPIRY, whole(ends + BUDGET_GRACE_MS), keys[1]) end
  return 1
end

--[[ RECONCILE: by how much a budget period differs from what the ledger and the stream say. A difference that was found
before, and is the same now, is put right; what is held stays held.
KEYS  budget period, stream
ARGV  as above, 8 the difference that was found before, '0' for none
Returns the difference in nanos, AGAIN (read again), or UNKNOWN (there is no such period). ]]
local function reconcile(keys, argv)
  local spent = spent_now(keys[2], argv)
  if not spent then return 'AGAIN' end
  local text = redis.call('GET', keys[1])
  if not text then return 'UNKNOWN' end
  local period = read_period(text)
  local difference = whole(period.spent - spent)
  if difference ~= '0' and difference == argv[8] then
    redis.call('SET', keys[1], write_period({ spent = spent, held = period.held }))
  end
  return difference
end

--[[ RAISE_WINDOWS: windows count at least this much. What counts more already stays.
KEYS  expiry
ARGV  for each window: its key, the count, its end (ms) ]]
local function raise_windows(keys, argv)
  for i = 1, #argv, 3 do
    local stored = redis.call('GET', argv[i])
    if not stored or tonumber(stored) < tonumber(argv[i + 1]) then
      redis.call('SET', argv[i], argv[i + 1])
      redis.call('ZADD', keys[1], whole(argv[i + 2] + WINDOW_GRACE_MS), argv[i])
    end
  end
  return #argv / 3
end

--[[ FORGET: removes limits and budget periods that nobody needs any more: windows and periods that are long over, buckets
that are full again.
KEYS  expiry
ARGV  1 most to look at
Returns how many were looked at. ]]
local function forget(keys, argv)
  local now = clock_ms()
  local due = redis.call('ZRANGEBYSCORE', keys[1], '-inf', whole(now), 'LIMIT', 0, argv[1])
  if #due == 0 then return 0 end
  local values = redis.call('MGET', unpack(due))
  local gone, later = {}, {}
  for i, key in ipairs(due) do
    local is_bucket = string.find(key, '^{gh}:l:%a+pm:')
    local tat = is_bucket and values[i] and tonumber(values[i])
    if tat and tat > now - BUCKET_GRACE_MS then
      later[#later + 1] = whole(math.max(tat, now) + BUCKET_GRACE_MS)
      later[#later + 1] = key
    else
      gone[#gone + 1] = key
    end
  end
  call_with('DEL', nil, gone)
  call_with('ZREM', keys[1], gone)
  call_with('ZADD', keys[1], later)
  return #due
end

--[[ NOW: epoch ms, by which all of this is judged.
KEYS  any of ours, so that who judges is asked ]]
local function now()
  return whole(clock_ms())
end

--[[ NEWEST: the id of the newest entry that the stream has ever had, 0-0 for none.
KEYS  stream ]]
local function newest(keys)
  return (ends_of(keys[1]))
end

-- ── Loss ────────────────────────────────────────────────────────────────────────────────────────

-- Which process of Redis this is; '' where it does not say.
local function run_id()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%x+)') or ''
end

local function is_of_run(epoch, run)
  return string.sub(epoch, 1, #run + 1) == run .. ' '
end

-- The recovery that is under way, begun now where none is. `known`: gateways that may have something to tell. Who knows of
-- none cannot tell when all have told.
local function recovery_of(now, epoch, run, id, most_ms, known)
  local stored = redis.call('GET', RECOVERY)
  if stored then
    local ends, lost, begins = string.match(stored, '^(%d+) (%a+) (.+)$')
    if is_of_run(begins, run) then return { ends = tonumber(ends), lost = lost, epoch = begins } end
  end
  -- Of an empty Redis there is nothing left; one that was started again may have forgotten its end.
  local begun = { ends = now + most_ms, lost = (epoch or stored) and 'end' or 'all', epoch = run .. ' ' .. id }
  redis.call('DEL', EPOCH, UNTOLD)
  local untold = redis.call('ZRANGE', GATEWAYS, 0, -1)
  for _, name in ipairs(known) do untold[#untold + 1] = name end
  if #untold == 0 then untold = { '?' } end
  call_with('SADD', UNTOLD, untold)
  local text = table.concat({ whole(begun.ends), begun.lost, begun.epoch }, ' ')
  redis.call('SET', RECOVERY, text, 'PX', whole(most_ms + FORGOTTEN_MS))
  return begun
end

--[[ WATERMARK: does Redis have what it was given, and up to where is the stream booked? Where Redis lost its data (there is
no epoch), or was started again and may have lost its end (the epoch is of another run), a recovery begins: no call is
judged until every gateway has told what it knows, or the longest wait is over.
KEYS  stream
ARGV  1 the gateway's name; '' for one that has nothing to tell
      2 the epoch for which it has told everything now, '' for none
      3 an id for the epoch that may begin
      4 the longest wait, ms
      5… names of gateways that it knows
Returns the epoch ('' in a recovery), the epoch that the recovery leads to, what was lost (all, end) or '', the epoch that a
worker has restored or '', the stream's newest id ever, its oldest entry or '', and the names of the gateways. ]]
local function watermark(keys, argv)
  local name, told, now, run = argv[1], argv[2], clock_ms(), run_id()
  local epoch = redis.call('GET', EPOCH)
  local recovery = nil
  if not epoch or not is_of_run(epoch, run) then
    recovery = recovery_of(now, epoch, run, argv[3], tonumber(argv[4]), { unpack(argv, 5) })
    if told == recovery.epoch then redis.call('SREM', UNTOLD, name)
    elseif name ~= '' then redis.call('SADD', UNTOLD, name) end
    if now >= recovery.ends or redis.call('SCARD', UNTOLD) == 0 then
      epoch, recovery = recovery.epoch, nil
      redis.call('SET', EPOCH, epoch)
      redis.call('DEL', RECOVERY, UNTOLD)
    end
  elseif told == epoch then
    -- It comes late: budgets may be seeded already, and count twice what it told.
    redis.call('DEL', RESTORED)
  end
  if not recovery then redis.call('ZREMRANGEBYSCORE', GATEWAYS, '-inf', whole(now - LIVE_MS)) end
  if name ~= '' then redis.call('ZADD', GATEWAYS, whole(now), name) end
  local newest, oldest = ends_of(keys[1])
  local found = { recovery and '' or epoch, recovery and recovery.epoch or '', recovery and recovery.lost or '',
    redis.call('GET', RESTORED) or '', newest, oldest }
  for _, one in ipairs(redis.call('ZRANGE', GATEWAYS, 0, -1)) do found[#found + 1] = one end
  return found
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
redis.register_function('gatehouse_forget', forget)
redis.register_function('gatehouse_renew', renew)
redis.register_function('gatehouse_expired', expired)
redis.register_function('gatehouse_seed_within', seed)
redis.register_function('gatehouse_reconcile', reconcile)
redis.register_function('gatehouse_raise_windows', raise_windows)
redis.register_function('gatehouse_now', now)
redis.register_function('gatehouse_newest', newest)
redis.register_function('gatehouse_missing', missing)
redis.register_function('gatehouse_hold_again', hold_again)
redis.register_function('gatehouse_watermark', watermark)
redis.register_function('gatehouse_record', record)
redis.register_function('gatehouse_set_versions', set_versions)
