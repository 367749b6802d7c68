#!lua name=gatehouse_idempotency
--[[
Idempotency keys of calls: each function is one atomic step. A change of a function's arguments gives it a new name.

Records
  {gh}:idem:<key id>:<digest>  hash    call (the id of the call that has it), request (what was sent, as a digest), and once
                                       it has ended: ended; answer, sealed, where it was kept
  {gh}:idem:<key id>           zset    '<digest>:<bytes>' of ended calls → end of their record (ms)
  {gh}:idem:<key id>:bytes     string  sum of those bytes

A running call's record lives as long as its lease is renewed. Whoever has lost its record to another call changes nothing
any more: every step but the claim names the call that it is made for.
]]

local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

--[[ CLAIM: this call is the one, unless another was first.
KEYS  record
ARGV  1 call  2 request  3 lease ms
Returns { CLAIMED } · { RUNNING | USED | MISMATCH, the first call } · { ANSWER, the first call, its answer } ]]
local function claim(keys, argv)
  local call, request, ended, answer = unpack(redis.call('HMGET', keys[1], 'call', 'request', 'ended', 'answer'))
  if not call or (call == argv[1] and not ended) then
    redis.call('HSET', keys[1], 'call', argv[1], 'request', argv[2])
    redis.call('PEXPIRE', keys[1], argv[3])
    return { 'CLAIMED' }
  end
  if request ~= argv[2] then return { 'MISMATCH', call } end
  if not ended then return { 'RUNNING', call } end
  if not answer then return { 'USED', call } end
  return { 'ANSWER', call, answer }
end

local function is_of(record, call)
  return redis.call('HGET', record, 'call') == call and redis.call('HEXISTS', record, 'ended') == 0
end

--[[ RENEW: these calls still run.
KEYS  records
ARGV  1 lease ms, then each record's call ]]
local function renew(keys, argv)
  for i, record in ipairs(keys) do
    if is_of(record, argv[i + 1]) then redis.call('PEXPIRE', record, argv[1]) end
  end
  return #keys
end

--[[ FREE: nothing was charged; the key may be used again.
KEYS  record
ARGV  1 call ]]
local function free(keys, argv)
  if is_of(keys[1], argv[1]) then redis.call('DEL', keys[1]) end
  return 1
end

local function forget(index, bytes, prefix, members)
  for _, member in ipairs(members) do
    local digest, size = string.match(member, '^(%x+):(%d+)$')
    redis.call('ZREM', index, member)
    redis.call('DECRBY', bytes, size)
    redis.call('DEL', prefix .. digest)
  end
end

--[[ FINISH: the call has ended, and was charged. A record that lapsed is made again, unless another call has it now. Of a
virtual key's ended calls the newest stay, up to so many, and up to so many bytes.
KEYS  record, index, bytes
ARGV  1 call  2 request  3 time to live (ms)  4 answer, '' for none  5 digest  6 most records  7 most bytes
Returns 1, or 0 where another call has the record. ]]
local function finish(keys, argv)
  local record, index, bytes = unpack(keys)
  local ttl, answer, digest = argv[3], argv[4], argv[5]
  if redis.call('EXISTS', record) == 1 and not is_of(record, argv[1]) then return 0 end
  redis.call('HSET', record, 'call', argv[1], 'request', argv[2], 'ended', 1)
  if answer ~= '' then redis.call('HSET', record, 'answer', answer) end
  redis.call('PEXPIRE', record, ttl)
  local now = now_ms()
  local prefix = index .. ':'
  forget(index, bytes, prefix, redis.call('ZRANGEBYSCORE', index, '-inf', now, 'LIMIT', 0, 100))
  local size = #answer
  redis.call('ZADD', index, now + ttl, digest .. ':' .. size)
  local total = redis.call('INCRBY', bytes, size)
  while redis.call('ZCARD', index) > tonumber(argv[6]) or total > tonumber(argv[7]) do
    forget(index, bytes, prefix, redis.call('ZRANGE', index, 0, 0))
    total = tonumber(redis.call('GET', bytes))
  end
  redis.call('PEXPIRE', index, ttl)
  redis.call('PEXPIRE', bytes, ttl)
  return 1
end

redis.register_function('gatehouse_idempotency_claim', claim)
redis.register_function('gatehouse_idempotency_renew', renew)
redis.register_function('gatehouse_idempotency_free', free)
redis.register_function('gatehouse_idempotency_finish', finish)
