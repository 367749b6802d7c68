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

redis.register_function('gatehouse_check', check)
redis.register_function('gatehouse_record', record)
redis.register_function('gatehouse_set_versions', set_versions)
redis.register_function('gatehouse_raise_windows', raise_windows)
redis.register_function('gatehouse_forget', forget)
redis.register_function('gatehouse_now', now)
redis.register_function('gatehouse_newest', newest)
