-- Deletes one step's worth of old entries of one log.
-- KEYS as in append.lua. ARGV: recorded time to keep from, payload bytes to keep, entries to delete at most,
-- position to keep from.
-- Returns {lowest position kept, 1 if nothing more is to be deleted else 0}.
local function text(number) return string.format('%.0f', number) end

local head = redis.call('HMGET', KEYS[2], 'oldest', 'next', 'bytes')
local oldest, next_position, bytes = tonumber(head[1] or 1), tonumber(head[2] or 1), tonumber(head[3] or 0)
local recorded_min, bytes_min, step = tonumber(ARGV[1]), bytes - tonumber(ARGV[2]), tonumber(ARGV[3])

local function fields(position)
  local entry = redis.call('XRANGE', KEYS[1], text(position) .. '-1', text(position) .. '-1')[1]
  return entry and entry[2]
end

local low, high = oldest, next_position
while low < high do
  local middle = math.floor((low + high) / 2)
  local found = fields(middle)
  if not found then return redis.error_reply('CORRUPT no entry at position ' .. text(middle)) end
  if tonumber(found[2]) >= recorded_min and tonumber(found[4]) >= bytes_min then
    high = middle
  else
    low = middle + 1
  end
end

low = math.max(oldest, math.min(low, tonumber(ARGV[4])))
local target = math.min(low, oldest + step)
for position = oldest, target - 1 do -- one by one: a step of large payloads must not fill the memory of the script
  local id = fields(position)[8]
  if id ~= '' then redis.call('HDEL', KEYS[4], id) end
end
if target > oldest then
  redis.call('XTRIM', KEYS[1], 'MINID', text(target) .. '-1')
  redis.call('HSET', KEYS[2], 'oldest', text(target))
end
return {target, target == low and 1 or 0}
