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
  local spent, seen = tonumber(argv[1]), {}
  for _, entry in ipairs(entries) do
    local readable, event = pcall(cjson.decode, entry[2][2])
    if readable and type(event) == 'table' and event.id and not seen[event.id] and type(event.costNanos) == 'string' and type(event.at) == 'number'
      and (field == '' or names_scope(event[field], scope)) and (team == '' or event.teamId == team)
      and event.at >= starts and (ends == 0 or event.at < ends) then
      spent = spent + tonumber(event.costNanos)
      seen[event.id] = true
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

redis.register_function('gatehouse_seed_within', seed)
redis.register_function('gatehouse_reconcile', reconcile)
