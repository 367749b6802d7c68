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

redis.register_function('gatehouse_turn', take_turn)
