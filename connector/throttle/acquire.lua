-- The throttle's one script in Redis. Times are microseconds on the server's clock, which goes on from where it was
-- when it is set back. They are formatted with %.0f, because Lua's own tostring would round them.
-- KEYS: the connection's clock, then a sorted set of grants per bucket. ARGV: what to do, then what that needs.
local time = redis.call('TIME')
local raw = time[1] * 1000000 + time[2]
local clock = redis.call('HMGET', KEYS[1], 'last', 'offset', 'paused_until')
local last, offset, paused_until = tonumber(clock[1]) or raw, tonumber(clock[2]) or 0, tonumber(clock[3]) or 0
if raw < last then offset = offset + last - raw end
local now = raw + offset

local function text(number) return string.format('%.0f', number) end

local function keep(key, microseconds)
    local wanted = math.ceil(microseconds / 1000) + 1000
    if redis.call('PTTL', key) < wanted then redis.call('PEXPIRE', key, text(wanted)) end
end

redis.call('HSET', KEYS[1], 'last', text(raw), 'offset', text(offset))
keep(KEYS[1], 60000000)

local act = {}

-- ARGV: request id, shortest and longest wait, then calls and padded_period per bucket. Answers {granted, wait, paused}.
function act.reserve()
    local request, longest_wait = ARGV[2], tonumber(ARGV[4])
    -- A client that heard no answer asks again under the same id: it gets the same grant.
    local known = redis.call('ZSCORE', KEYS[2], request)
    local at, longest = math.max(now + tonumber(ARGV[3]), paused_until), 0
    for i = 2, #KEYS do
        local calls, padded_period = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
        local older = redis.call('ZREVRANGE', KEYS[i], calls - 1, calls - 1, 'WITHSCORES')[2]
        if older then at = math.max(at, tonumber(older) + padded_period) end
        longest = math.max(longest, padded_period)
    end
    if known then at = tonumber(known) end
    local wait = math.max(0, at - now)
    keep(KEYS[1], math.max(at, paused_until) - now + 2 * longest)
    if not known then
        if wait > longest_wait then return {0, text(wait), 0} end
        for i = 2, #KEYS do
            local padded_period = tonumber(ARGV[2 * i + 2])
            redis.call('ZADD', KEYS[i], text(at), request)
            redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', '(' .. text(now - padded_period))
            keep(KEYS[i], wait + 2 * padded_period)
        end
    end
    return {1, text(wait), (wait > 0 and at == paused_until) and 1 or 0}
end

-- ARGV: request id. Gives the grant back where it is the newest, or one of several at the same time.
function act.release()
    for i = 2, #KEYS do
        if redis.call('ZSCORE', KEYS[i], ARGV[2]) == redis.call('ZREVRANGE', KEYS[i], 0, 0, 'WITHSCORES')[2] then
            redis.call('ZREM', KEYS[i], ARGV[2])
        end
    end
    return 1
end

-- Answers how much is left of a pause.
function act.remaining() return text(paused_until - now) end

-- ARGV: how long.
function act.pause()
    paused_until = math.max(paused_until, now + tonumber(ARGV[2]))
    redis.call('HSET', KEYS[1], 'paused_until', text(paused_until))
    keep(KEYS[1], paused_until - now + 60000000)
    return 1
end

-- ARGV: calls. Answers now, the paused_until, and the newest grants, newest first.
function act.peek()
    local answer = {text(now), text(paused_until)}
    local grants = redis.call('ZREVRANGE', KEYS[2], 0, tonumber(ARGV[2]) - 1, 'WITHSCORES')
    for i = 2, #grants, 2 do answer[#answer + 1] = grants[i] end
    return answer
end

return act[ARGV[1]]()
