-- Finds the lowest position kept that was recorded at or after a time.
-- KEYS as in append.lua. ARGV: time in microseconds. Returns the position; the next one to be given if there is none.
local function text(number) return string.format('%.0f', number) end

local head = redis.call('HMGET', KEYS[2], 'oldest', 'next')
local low, high = tonumber(head[1] or 1), tonumber(head[2] or 1)
while low < high do
  local middle = math.floor((low + high) / 2)
  local found = redis.call('XRANGE', KEYS[1], text(middle) .. '-1', text(middle) .. '-1')[1]
  if not found then return redis.error_reply('CORRUPT no entry at position ' .. text(middle)) end
  if tonumber(found[2][2]) >= tonumber(ARGV[1]) then high = middle else low = middle + 1 end
end
return low
