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

redis.register_function('gatehouse_renew', renew)
redis.register_function('gatehouse_expired', expired)
redis.register_function('gatehouse_missing', missing)
redis.register_function('gatehouse_hold_again', hold_again)
