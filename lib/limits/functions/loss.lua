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

redis.register_function('gatehouse_watermark', watermark)
