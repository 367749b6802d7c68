-- Why no call can be judged by these rules: Redis is being told again what it lost, they are out of date, or their windows
-- do not contain Redis' now.
local function problem_of(turn, rules)
  if turn.stored[RECOVERY] then return 'MISS recovering' end
  for _, pair in ipairs(rules.versions) do
    local stored = turn.stored[pair[1]]
    if not stored then return 'MISS' end
    if stored ~= pair[2] then return 'STALE' end
  end
  if turn.now < rules.starts or turn.now >= rules.ends then return 'CLOCK ' .. whole(turn.now) end
  return false
end

-- ADMIT: all or nothing. Checks versions, every limit and every budget, and only then takes from them.
local function admit(turn, rules, id, prompt_tokens, prompt_nanos, output_nanos, wanted, least, draft)
  local problem = turn.problems[rules]
  if problem == nil then
    problem = problem_of(turn, rules)
    turn.problems[rules] = problem
  end
  if problem then return problem end
  local now, limits, budgets = turn.now, rules.limits, rules.budgets

  -- Budgets first, since they may shorten the output that the token limits count.
  local allowed, periods, unknown = wanted, {}, nil
  for b = 1, #budgets do
    local budget = budgets[b]
    local cap, period = budget[2], period_of(turn, budget[1])
    periods[b] = period
    if not period then
      unknown = (unknown or 'SEED') .. ' ' .. b
    elseif cap >= 0 and output_nanos > 0 then
      local left = cap - period.spent - period.held - prompt_nanos
      if left < allowed * output_nanos then allowed = math.floor(left / output_nanos) end
    end
  end
  if unknown then return unknown end
  if allowed < least then allowed = wanted end -- not worth a call: judge, and report, what was asked
  local amount = prompt_nanos + allowed * output_nanos

  local costs = { calls = 1, input = prompt_tokens, output = allowed, tokens = prompt_tokens + allowed }
  local verdict, failed = 'OK', nil
  local before, after = {}, {} -- `before` of the limits, then of the budgets
  for l = 1, #limits do
    local rule = limits[l]
    local span, key, limit = rule[2], rule[3], rule[4]
    local passed
    if span == 'minute' then
      local interval = MINUTE_MS / limit
      local tat = number_of(turn, key)
      if tat and tat > now then before[l] = text_of(turn, key) else tat, before[l] = now, '0' end
      tat = tat + costs[rule[1]] * interval
      after[l] = tat
      -- A millionth of a unit of slack absorbs rounding of the fractions.
      passed = tat - now <= MINUTE_MS + interval * 1e-6
    elseif span == 'running' then
      local count = running_of(turn, key).count
      before[l] = count
      passed = count + 1 <= limit
    else
      local count = (number_of(turn, key) or 0) + costs[rule[1]]
      before[l] = text_of(turn, key)
      after[l] = count
      passed = count <= limit
    end
    if not passed then
      verdict, failed = 'LIMIT', failed or {}
      failed[l] = true
    end
  end
  for b = 1, #budgets do
    local cap, period = budgets[b][2], periods[b]
    if cap >= 0 and period.spent + period.held + amount > cap then
      if verdict == 'OK' then verdict = 'BUDGET' end
      failed = failed or {}
      failed[#limits + b] = true
    end
    before[#limits + b] = write_period(period)
  end
  local passes = rules.all_passed
  if failed then
    local marks = {}
    for i = 1, #before do marks[i] = failed[i] and '0' or '1' end
    passes = '.' .. table.concat(marks)
  end
  local held = whole(amount)
  local reply = verdict .. string.format(' %.3f %d ', now, allowed) .. held .. ' ' .. passes
  if #before > 0 then reply = reply .. ' ' .. table.concat(before, ' ') end
  if failed then return reply end

  for l = 1, #limits do
    local rule = limits[l]
    local key, ends = rule[3], rule[6]
    if rule[2] == 'running' then
      local running = turn.running[key]
      running.count = running.count + 1
      running.ids[#running.ids + 1] = id
    else
      set_number(turn, key, after[l], ends > 0 and ends + WINDOW_GRACE_MS or now + BUCKET_GRACE_MS)
    end
  end
  for b = 1, #budgets do change_period(turn, budgets[b][1], periods[b], 0, amount) end
  local holds = turn.holds
  local n = #holds
  holds[n + 1], holds[n + 2] = HOLD .. id, write_hold('0', held, whole(prompt_tokens), whole(allowed), rules.tail)
  holds[n + 3], holds[n + 4] = DRAFT .. id, draft
  turn.ids[#turn.ids + 1] = id
  return reply
end
