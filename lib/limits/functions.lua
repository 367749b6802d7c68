#!lua name=gatehouse
--[[
The decisions of the call path, as Redis Functions: each is one atomic step, and Redis' clock is the only clock.
A change of a function's arguments gives it a new name, so that old and new gateways can share a Redis.

Numbers are doubles, exact to 2^53: budgets are at most 9e15 nano-USD a period, and additions go through HINCRBY.

Records
  {gh}:v:<subject>        string  version of what grants are compiled from
  {gh}:open               zset    call id → end of its lease (ms)
  {gh}:hold:<call>        hash    p = packed hold, d = draft of the event, g = output tokens seen so far
  {gh}:done:<call>        string  "final", or the packed record of what the sweeper booked
  {gh}:usage              stream  usage events that are not yet in PostgreSQL
  bucket (rpm, tpm)       string  theoretical arrival time (GCRA), ms with fraction
  window (rph, rpd, tpd)  string  count in this calendar window
  concurrency             zset    call id → end of its lease (ms)
  budget period           hash    u = spent, h = held (nano-USD)
]]

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

-- Compares versions. Returns nil when all are equal, else STALE or MISS.
local function version_problem(keys, first, expected)
  local count = #expected
  if count == 0 then return nil end
  local stored = redis.call('MGET', unpack(keys, first, first + count - 1))
  for i = 1, count do
    if not stored[i] then return 'MISS' end
    if stored[i] ~= expected[i] then return 'STALE' end
  end
  return nil
end

--[[ CHECK: are these versions in force?
KEYS  versions
ARGV  expected versions
Returns OK, STALE or MISS. ]]
local function check(keys, argv)
  return version_problem(keys, 1, argv) or 'OK'
end

--[[ ADMIT: all or nothing. Checks versions, every limit and every budget, and only then writes.
KEYS  open, hold, then versions, limits, budgets in the order of the question
ARGV  1 the question, JSON: [ call id, lease ms, prompt tokens (estimate), nanos held for the prompt, nanos per output token,
        output tokens wanted, least output tokens worth a call, [expected version…],
        [[kind, limit, window start ms, window end ms]…], [[cap nanos or -1, start ms, end ms or 0]…] ]
      2 draft of the usage event
Returns one text, parts separated by spaces (a reply of many integers costs the client more than this whole decision):
  OK | LIMIT | BUDGET, now, output allowed, nanos held, per limit: passed used remaining reset-ms retry-ms,
                       per budget: passed used held
  STALE · MISS · CLOCK now (a window does not contain Redis' now) · SEED i… (budget periods that are unknown)
  used and held exclude this call; remaining includes it where it was admitted. retry-ms is -1 where waiting can't help.
A refusal writes nothing. ]]
local function admit(keys, argv)
  local q = cjson.decode(argv[1])
  local id, lease, prompt_tokens, prompt_nanos, output_nanos, wanted, least = q[1], q[2], q[3], q[4], q[5], q[6], q[7]
  local versions, limits, budgets = q[8], q[9], q[10]

  local problem = version_problem(keys, 3, versions)
  if problem then return problem end

  local now = clock_ms()
  local limit_key = 2 + #versions
  local budget_key = limit_key + #limits

  -- Budgets first, since they may shorten the output that the token limits count.
  local allowed, used, held, unknown = wanted, {}, {}, nil
  for b, budget in ipairs(budgets) do
    local cap, starts, ends = budget[1], budget[2], budget[3]
    if now < starts or (ends > 0 and now >= ends) then return 'CLOCK ' .. whole(now) end
    local record = redis.call('HMGET', keys[budget_key + b], 'u', 'h')
    if not record[1] then
      unknown = (unknown or 'SEED') .. ' ' .. b
    else
      used[b], held[b] = tonumber(record[1]), tonumber(record[2] or '0')
      if cap >= 0 and output_nanos > 0 then
        allowed = math.min(allowed, math.floor((cap - used[b] - held[b] - prompt_nanos) / output_nanos))
      end
    end
  end
  if unknown then return unknown end
  if allowed < least then allowed = wanted end -- not worth a call: judge, and report, what was asked
  local amount = prompt_nanos + allowed * output_nanos
  local tokens = prompt_tokens + allowed

  local verdict = 'OK'
  local states, writes = {}, {}
  local n = 0
  for l, rule in ipairs(limits) do
    local key, kind, limit = keys[limit_key + l], rule[1], rule[2]
    local passed, used_now, remaining, reset, retry
    if kind == 'rpm' or kind == 'tpm' then
      local cost = kind == 'rpm' and 1 or tokens
      local interval = MINUTE_MS / limit
      local tat = math.max(tonumber(redis.call('GET', key) or '0'), now)
      local next_tat = tat + cost * interval
      -- A millionth of a unit of slack absorbs rounding of the fractions.
      passed = next_tat - now <= MINUTE_MS + interval * 1e-6
      local after = passed and next_tat or tat
      used_now = math.max(0, math.ceil((tat - now) / interval - 1e-6))
      remaining = math.floor((MINUTE_MS - (after - now)) / interval + 1e-6)
      reset = math.ceil(after - now)
      retry = cost > limit and -1 or math.ceil(next_tat - now - MINUTE_MS)
      writes[l] = next_tat
    elseif kind == 'concurrency' then
      used_now = redis.call('ZCOUNT', key, '(' .. whole(now), '+inf')
      passed = used_now + 1 <= limit
      remaining = math.max(0, limit - used_now - (passed and 1 or 0))
      reset, retry = 0, 1000
    else
      local starts, ends = rule[3], rule[4]
      if now < starts or now >= ends then return 'CLOCK ' .. whole(now) end
      local cost = kind == 'tpd' and tokens or 1
      used_now = tonumber(redis.call('GET', key) or '0')
      passed = used_now + cost <= limit
      remaining = math.max(0, limit - used_now - (passed and cost or 0))
      reset = math.ceil(ends - now)
      retry = cost > limit and -1 or reset
      writes[l] = cost
    end
    if not passed then verdict = 'LIMIT' end
    -- Counts and spans stay below 10^14, which prints in full; money may not, and goes through whole().
    states[n + 1], states[n + 2], states[n + 3] = passed and 1 or 0, used_now, remaining
    states[n + 4], states[n + 5] = reset, retry
    n = n + 5
  end
  for b, budget in ipairs(budgets) do
    local cap = budget[1]
    local passed = cap < 0 or used[b] + held[b] + amount <= cap
    if not passed and verdict == 'OK' then verdict = 'BUDGET' end
    states[n + 1], states[n + 2], states[n + 3] = passed and 1 or 0, whole(used[b]), whole(held[b])
    n = n + 3
  end
  local hold_amount = whole(amount)
  local reply = table.concat({ verdict, whole(math.floor(now)), allowed, hold_amount, table.concat(states, ' ') }, ' ')
  if verdict ~= 'OK' then return reply end

  -- Nothing below sets an expiry that a sweep or a settlement makes needless: budget periods got theirs when seeded.
  local hold = { a = hold_amount, t = tokens, buckets = {}, windows = {}, running = {}, budgets = {} }
  local lease_ends = whole(now + lease)
  for l, rule in ipairs(limits) do
    local key, kind = keys[limit_key + l], rule[1]
    if kind == 'rpm' or kind == 'tpm' then
      redis.call('SET', key, string.format('%.3f', writes[l]), 'PX', math.ceil(writes[l] - now) + 1000)
      if kind == 'tpm' then hold.buckets[#hold.buckets + 1] = { key, MINUTE_MS / rule[2] } end
    elseif kind == 'concurrency' then
      redis.call('ZADD', key, lease_ends, id)
      hold.running[#hold.running + 1] = key
    else
      if redis.call('INCRBY', key, whole(writes[l])) == writes[l] then
        redis.call('PEXPIREAT', key, whole(rule[4] + WINDOW_GRACE_MS))
      end
      if kind == 'tpd' then hold.windows[#hold.windows + 1] = key end
    end
  end
  for b = 1, #budgets do
    local key = keys[budget_key + b]
    redis.call('HINCRBY', key, 'h', hold_amount)
    hold.budgets[b] = key
  end
  redis.call('ZADD', keys[1], lease_ends, id)
  redis.call('HSET', keys[2], 'p', cmsgpack.pack(hold), 'd', argv[2])
  return reply
end

-- Replaces a token estimate by what was used, in buckets and day windows that still exist.
local function correct_tokens(hold, estimate, actual)
  if estimate == actual then return end
  local now
  for _, bucket in ipairs(hold.buckets) do
    local tat = redis.call('GET', bucket[1])
    if tat then
      now = now or clock_ms()
      local corrected = tonumber(tat) + (actual - estimate) * bucket[2]
      local ttl = math.max(1000, math.ceil(corrected - now) + 1000)
      redis.call('SET', bucket[1], string.format('%.3f', corrected), 'PX', whole(ttl))
    end
  end
  for _, key in ipairs(hold.windows) do
    if redis.call('EXISTS', key) == 1 then redis.call('INCRBY', key, whole(actual - estimate)) end
  end
end

--[[ SETTLE: the hold goes, the cost and the usage event come, in one step. Idempotent by call id.
KEYS  open, hold, done, stream, then the budget periods of the call (used only where the hold is lost)
ARGV  1 call id  2 final | sweep | adjust  3 cost nanos  4 tokens  5 event JSON
Returns SETTLED; LOST when no hold was found (Redis lost it): the event is kept all the same;
        DUPLICATE; SWEPT and the event's JSON, as one text, when the sweeper has booked an estimate for this call: come again with `adjust`,
        whose event carries the difference, and whose nanos and tokens are the true ones. ]]
local function settle(keys, argv)
  local open, hold_key, done_key, stream = keys[1], keys[2], keys[3], keys[4]
  local id, mode, nanos, tokens, event = argv[1], argv[2], argv[3], tonumber(argv[4]), argv[5]

  local done = redis.call('GET', done_key)
  if done == 'final' or (done and mode == 'sweep') then return 'DUPLICATE' end
  if done then
    local swept = cmsgpack.unpack(done)
    if mode == 'final' then return 'SWEPT ' .. swept.event end
    local hold = cmsgpack.unpack(swept.hold)
    local difference = whole(tonumber(nanos) - tonumber(swept.nanos))
    for _, key in ipairs(hold.budgets) do
      if redis.call('EXISTS', key) == 1 then redis.call('HINCRBY', key, 'u', difference) end
    end
    correct_tokens(hold, swept.tokens, tokens)
    redis.call('XADD', stream, '*', 'e', event)
    redis.call('SET', done_key, 'final', 'EX', SWEPT_TTL_S)
    return 'SETTLED'
  end

  local packed = redis.call('HGET', hold_key, 'p')
  local outcome = 'SETTLED'
  if packed then
    local hold = cmsgpack.unpack(packed)
    for _, key in ipairs(hold.budgets) do
      -- What is held is at least this hold; less than nothing means that the period was lost and will be seeded anew.
      -- A call of a free model holds nothing, and "-0" is no integer.
      local left = hold.a == '0' and redis.call('EXISTS', key) - 1 or redis.call('HINCRBY', key, 'h', '-' .. hold.a)
      if left < 0 then
        redis.call('DEL', key)
      elseif nanos ~= '0' then
        redis.call('HINCRBY', key, 'u', nanos)
      end
    end
    correct_tokens(hold, hold.t, tokens)
    for _, key in ipairs(hold.running) do redis.call('ZREM', key, id) end
    redis.call('DEL', hold_key)
  else
    -- The event enters the stream now. A period that exists was seeded without it; one that does not will be seeded with it.
    for i = 5, #keys do
      if redis.call('EXISTS', keys[i]) == 1 then redis.call('HINCRBY', keys[i], 'u', nanos) end
    end
    outcome = 'LOST'
  end
  redis.call('ZREM', open, id)
  redis.call('XADD', stream, '*', 'e', event)
  if mode == 'sweep' and packed then
    local record = cmsgpack.pack({ nanos = nanos, tokens = tokens, event = event, hold = packed })
    redis.call('SET', done_key, record, 'EX', SWEPT_TTL_S)
  else
    redis.call('SET', done_key, 'final', 'EX', FINAL_TTL_S)
  end
  return outcome
end

--[[ RENEW: the gateway lives, and these calls with it.
KEYS  open, holds
ARGV  1 lease ms, then for each hold: call id, output tokens so far
Returns the number of calls renewed. ]]
local function renew(keys, argv)
  local ends = whole(clock_ms() + tonumber(argv[1]))
  local renewed = 0
  for i = 2, #keys do
    local id, progress = argv[2 * i - 2], argv[2 * i - 1]
    local packed = redis.call('HGET', keys[i], 'p')
    if packed then
      redis.call('ZADD', keys[1], 'XX', ends, id)
      redis.call('HSET', keys[i], 'g', progress)
      for _, key in ipairs(cmsgpack.unpack(packed).running) do redis.call('ZADD', key, 'XX', ends, id) end
      renewed = renewed + 1
    end
  end
  return renewed
end

--[[ EXPIRED: holds whose gateway has not renewed them.
KEYS  open
ARGV  1 prefix of hold keys  2 most to return
Returns a flat list: call id, draft, output tokens so far. A lease without a hold is dropped on the way. ]]
local function expired(keys, argv)
  local ids = redis.call('ZRANGEBYSCORE', keys[1], '-inf', whole(clock_ms()), 'LIMIT', 0, argv[2])
  local found = {}
  for _, id in ipairs(ids) do
    local record = redis.call('HMGET', argv[1] .. id, 'd', 'g')
    if record[1] then
      local n = #found
      found[n + 1], found[n + 2], found[n + 3] = id, record[1], record[2] or '0'
    else
      redis.call('ZREM', keys[1], id)
    end
  end
  return found
end

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
redis.register_function('gatehouse_admit', admit)
redis.register_function('gatehouse_settle', settle)
redis.register_function('gatehouse_renew', renew)
redis.register_function('gatehouse_expired', expired)
redis.register_function('gatehouse_seed', seed)
redis.register_function('gatehouse_newest', newest)
redis.register_function('gatehouse_record', record)
redis.register_function('gatehouse_set_versions', set_versions)
