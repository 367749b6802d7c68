-- Holds and sets of rules as texts: what they say, remembered.

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
