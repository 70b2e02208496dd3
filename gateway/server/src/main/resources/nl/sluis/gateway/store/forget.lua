-- Deletes latest values that still stand at the positions that a scan saw.
-- KEYS: latest (hash). ARGV: key and position of each. Returns how many were deleted.
local deleted = 0
for i = 1, #ARGV, 2 do
  local value = redis.call('HGET', KEYS[1], ARGV[i])
  if value and string.match(value, '^%d+') == ARGV[i + 1] then
    deleted = deleted + redis.call('HDEL', KEYS[1], ARGV[i])
  end
end
return deleted
