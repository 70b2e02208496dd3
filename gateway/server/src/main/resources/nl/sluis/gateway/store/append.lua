-- Appends batches to one log, each all or nothing.
-- KEYS: entries (stream), head (hash), latest (hash), client ids (hash); all in one hash slot.
-- ARGV: clock in microseconds; then of each batch: how many entries it has, the reader that made it or '', its token, its
-- position, and client id, key and payload of each entry.
-- Returns of each batch {'ok', position, 1 if duplicate else 0, …}, {'reused', number of the entry, position or 0 for the
-- batch}, {'fenced', token seen} or {'corrupt', position without entry}.
local function text(number) return string.format('%.0f', number) end -- tostring would round at 14 digits

local head = redis.call('HMGET', KEYS[2], 'oldest', 'next', 'bytes', 'at')
local oldest, next_position = tonumber(head[1] or 1), tonumber(head[2] or 1)
local bytes, at = tonumber(head[3] or 0), tonumber(head[4] or 0)
at = math.max(at, tonumber(ARGV[1])) -- recorded times do not step back with a clock

-- entries stand in ARGV from argument on
local function append(argument, count, reader, token, progress)
  if reader ~= '' then
    local seen = redis.call('HMGET', KEYS[2], 'token:' .. reader, 'position:' .. reader)
    local seen_token, seen_position = tonumber(seen[1] or 0), tonumber(seen[2] or 0)
    if seen_token > token then return {'fenced', seen_token} end
    redis.call('HSET', KEYS[2], 'token:' .. reader, text(token))
    if seen[1] and seen_position >= progress then return {'ok'} end
  end

  local function entry(i) return ARGV[argument + 3 * i - 3], ARGV[argument + 3 * i - 2], ARGV[argument + 3 * i - 1] end
  local known, twin_of, first_with = {}, {}, {}
  for i = 1, count do
    local id, key, payload = entry(i)
    if id ~= '' then
      local first = first_with[id]
      if first then
        local _, first_key, first_payload = entry(first)
        if first_key ~= key or first_payload ~= payload then return {'reused', i, 0} end
        twin_of[i] = first
      else
        first_with[id] = i
        local position = redis.call('HGET', KEYS[4], id)
        if position then
          local stored = redis.call('XRANGE', KEYS[1], position .. '-1', position .. '-1')[1]
          if not stored then return {'corrupt', tonumber(position)} end
          local fields = stored[2]
          if fields[6] ~= key or fields[10] ~= payload then return {'reused', i, tonumber(position)} end
          known[i] = tonumber(position)
        end
      end
    end
  end

  local answer, given = {'ok'}, {}
  for i = 1, count do
    local id, key, payload = entry(i)
    local earlier = known[i] or given[twin_of[i]]
    if earlier then
      given[i] = earlier
      answer[#answer + 1], answer[#answer + 2] = earlier, 1
    else
      local position = text(next_position)
      redis.call('XADD', KEYS[1], position .. '-1',
        't', text(at), 'b', text(bytes), 'k', key, 'c', id, 'p', payload)
      if key ~= '' then redis.call('HSET', KEYS[3], key, position .. ' ' .. text(at) .. ' ' .. payload) end
      if id ~= '' then redis.call('HSET', KEYS[4], id, position) end
      given[i] = next_position
      answer[#answer + 1], answer[#answer + 2] = next_position, 0
      next_position = next_position + 1
      bytes = bytes + #payload
    end
  end
  if reader ~= '' then redis.call('HSET', KEYS[2], 'position:' .. reader, text(progress)) end
  return answer
end

local answers, argument = {}, 2
while argument <= #ARGV do
  local count = tonumber(ARGV[argument])
  answers[#answers + 1] = append(
    argument + 4, count, ARGV[argument + 1], tonumber(ARGV[argument + 2]), tonumber(ARGV[argument + 3]))
  argument = argument + 4 + 3 * count
end
-- written even if nothing was appended: WAIT on this connection then covers the entry that a duplicate repeats
redis.call('HSET', KEYS[2], 'oldest', text(oldest), 'next', text(next_position), 'bytes', text(bytes), 'at', text(at))
return answers
