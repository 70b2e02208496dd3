-- Answers a task of a partition, unless another node has the partition by now.
-- KEYS: leases (hash), tasks of the partition (stream), answers to the node that gave the task out (stream); in one hash slot.
-- ARGV: name of the duty, its token, consumer group, place of the task, its number, answer, lifetime of the answers in seconds.
-- Returns 1; 0 where the token is no longer the highest.
if tonumber(redis.call('HGET', KEYS[1], 'token:' .. ARGV[1]) or 0) > tonumber(ARGV[2]) then return 0 end
redis.call('XADD', KEYS[3], '*', 'n', ARGV[5], 'a', ARGV[6])
redis.call('EXPIRE', KEYS[3], ARGV[7])
redis.call('XACK', KEYS[2], ARGV[3], ARGV[4])
redis.call('XDEL', KEYS[2], ARGV[4])
return 1
