-- Renews the leases of one node, gives up what is above its share and takes what is free up to it.
-- KEYS: leases (hash), head of the policies log (hash); in one hash slot.
-- ARGV: node, length of a lease in milliseconds, then the names of all duties.
-- Returns {watermark of the policies log, token of each duty or 0 where it is not this node's}.
local function text(number) return string.format('%.0f', number) end

local node, length = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local ends = text(now + length)

redis.call('HSET', KEYS[1], 'node:' .. node, ends)
local alive, leases = 0, {}
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  leases[fields[i]] = fields[i + 1]
  if string.sub(fields[i], 1, 5) == 'node:' then
    if tonumber(fields[i + 1]) >= now then alive = alive + 1 else redis.call('HDEL', KEYS[1], fields[i]) end
  end
end

local count = #ARGV - 2
local share, held, answer = math.ceil(count / alive), 0, {}
for i = 1, count do
  local duty = ARGV[i + 2]
  answer[i + 1] = 0
  if leases['holder:' .. duty] == node then
    if held < share then
      held = held + 1
      redis.call('HSET', KEYS[1], 'ends:' .. duty, ends)
      answer[i + 1] = tonumber(leases['token:' .. duty])
    else
      redis.call('HSET', KEYS[1], 'holder:' .. duty, '', 'ends:' .. duty, '0')
    end
  end
end
for i = 1, count do
  local duty = ARGV[i + 2]
  local holder = leases['holder:' .. duty]
  if held < share and holder ~= node and tonumber(leases['ends:' .. duty] or 0) < now then
    held = held + 1
    local token = tonumber(leases['token:' .. duty] or 0) + 1
    redis.call('HSET', KEYS[1], 'holder:' .. duty, node, 'ends:' .. duty, ends, 'token:' .. duty, text(token))
    answer[i + 1] = token
  end
end

answer[1] = tonumber(redis.call('HGET', KEYS[2], 'next') or 1) - 1
return answer
