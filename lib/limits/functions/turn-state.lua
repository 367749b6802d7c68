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
