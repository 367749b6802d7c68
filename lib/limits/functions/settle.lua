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
