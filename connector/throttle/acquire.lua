-- The throttle's one script in Redis. Times are microseconds on the server's clock. They are formatted with %.0f, because
-- Lua's own tostring would round them.
-- KEYS: the connection's clock; then per limit the calls made (id -> time), the line (id -> ticket), and what the calls in
-- line were last told (id -> time). ARGV: the act; the time that this client expects, or "new" where a server without
-- state is a new one; per limit its calls and its padded period; then what the act needs.
-- Every act returns the time first, then whether the state was lost; all in one text with blanks between, which a client
-- reads faster than a list.
local expected, limits_end = tonumber(ARGV[2]), 2 + 2 * (#KEYS - 1) / 3
local SECOND = 1000000

local function text(number) return string.format('%.0f', number) end

-- Keys outlive their use by far, and the calls outlive the clock: a server's clock that is set forward must not let the
-- calls expire while the clock still says that they are known.
local DAY = 86400000
local KEPT = 9 * DAY

local time = redis.call('TIME')
local raw = time[1] * SECOND + time[2]
local clock = redis.call('HMGET', KEYS[1], 'last', 'offset', 'paused_until', 'kept')
local last, offset, paused_until = tonumber(clock[1]) or raw, tonumber(clock[2]) or 0, tonumber(clock[3]) or 0

-- A clock that was set back goes on from where it was.
if raw < last then offset = offset + last - raw end
local now = raw + offset
if clock[1] and expected and now - expected > SECOND then
    -- It was set forward: this client's own clock has not moved that far. Go on from where it was, too.
    offset, now = offset - (now - expected), expected
    for i = 2, #KEYS, 3 do
        for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[i], '(' .. text(now), '+inf')) do
            redis.call('ZADD', KEYS[i], text(now), id)
        end
    end
end

local longest = 0
for i = 4, limits_end, 2 do longest = math.max(longest, tonumber(ARGV[i])) end

-- How long ago the state of this connection may have been lost, where it is not there; nil where it never was.
local function lost_ago()
    if expected then return 0 end
    if ARGV[2] == 'new' then return nil end
    local info = redis.pcall('INFO', 'all')
    if type(info) ~= 'string' then return 0 end
    if info:find('cmdstat_flush') or info:find('cmdstat_swapdb') then return 0 end
    if tonumber(info:match('evicted_keys:(%d+)') or '1') > 0 then return 0 end
    return tonumber(info:match('uptime_in_seconds:(%d+)') or '0') * SECOND
end

local lost = 0
if not clock[1] then
    local ago = lost_ago()
    if ago and ago < longest then
        paused_until, lost = now - ago + longest, 1
        redis.call('HSET', KEYS[1], 'paused_until', text(paused_until))
    end
end
redis.call('HSET', KEYS[1], 'last', text(raw), 'offset', text(offset))
-- Keeping what is in use is paid once an hour.
if not clock[4] or math.abs(raw - tonumber(clock[4])) > 3600 * SECOND then
    redis.call('HSET', KEYS[1], 'kept', text(raw))
    redis.call('PEXPIRE', KEYS[1], text(7 * DAY + math.max(0, paused_until - now) / 1000))
    for i = 2, #KEYS do redis.call('PEXPIRE', KEYS[i], KEPT) end
end

-- When a call may leave that has so many others before it; in the past where it may leave now.
local function ready_at(key, calls, period, ahead)
    local rounds = math.floor(ahead / calls)
    local older = redis.call('ZREVRANGE', key, calls - 1 - ahead % calls, calls - 1 - ahead % calls, 'WITHSCORES')[2]
    local at = math.max(older and tonumber(older) + period or 0, paused_until)
    if rounds > 0 then at = math.max(at, now) + rounds * period end
    return at
end

local function enter(i, calls, id, at)
    redis.call('ZADD', KEYS[i], text(at), id)
    if redis.call('ZREMRANGEBYRANK', KEYS[i], 0, -calls - 1) == 0 then redis.call('PEXPIRE', KEYS[i], KEPT) end
end

local function leave(i, id)
    redis.call('ZREM', KEYS[i + 1], id)
    redis.call('ZREM', KEYS[i + 2], id)
end

-- How many calls wait; those whose owner has not come for them lose their place.
local function in_line(i, lease)
    local waiting = redis.call('ZCARD', KEYS[i + 1])
    if waiting == 0 then return 0 end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[i + 2], '-inf', '(' .. text(now - lease))) do
        leave(i, id)
        waiting = waiting - 1
    end
    return waiting
end

-- For every limit: the place of its keys, calls, padded period, lease.
local function limits()
    local at = 1
    return function()
        at = at + 2
        if at > limits_end then return nil end
        local period = tonumber(ARGV[at + 1])
        return (3 * at - 5) / 2, tonumber(ARGV[at]), period, SECOND + math.max(50000, period / 241)
    end
end

local function argument(n) return ARGV[limits_end + n] end

local act = {}

-- Arguments: id, shortest and longest wait. Returns whether a token or a place was taken, the wait, and whether a
-- pause decides. A client that heard no response asks again under the same id, and gets the same.
function act.reserve()
    local id, at, pausing = argument(1), now + tonumber(argument(2)), false
    if redis.call('ZSCORE', KEYS[2], id) then return {text(now), lost, 1, '0', 0} end
    local told = redis.call('EXISTS', KEYS[4]) == 1 and redis.call('ZSCORE', KEYS[4], id)
    if told then return {text(now), lost, 1, text(math.max(1, tonumber(told) - now)), 0} end
    for i, calls, period, lease in limits() do
        local due = ready_at(KEYS[i], calls, period, in_line(i, lease))
        if due > at then at, pausing = due, due == paused_until end
    end
    local wait = at - now
    if wait > tonumber(argument(3)) then return {text(now), lost, 0, text(wait), 0} end
    if wait <= 0 then
        for i, calls in limits() do enter(i, calls, id, now) end
        return {text(now), lost, 1, '0', 0}
    end
    local ticket = redis.call('HINCRBY', KEYS[1], 'ticket', 1)
    for i in limits() do
        redis.call('ZADD', KEYS[i + 1], ticket, id)
        redis.call('ZADD', KEYS[i + 2], text(at), id)
        redis.call('PEXPIRE', KEYS[i + 1], text(KEPT + wait / 1000))
        redis.call('PEXPIRE', KEYS[i + 2], text(KEPT + wait / 1000))
    end
    return {text(now), lost, 1, text(wait), pausing and 1 or 0}
end

-- Arguments: id, shortest wait, how late a call may count from its due time. Returns whether it has its place
-- still, the wait, whether a pause decides, and how long ago it counts from.
function act.claim()
    local id, at, pausing = argument(1), now + tonumber(argument(2)), false
    if redis.call('ZSCORE', KEYS[2], id) then return {text(now), lost, 1, '0', 0, '0'} end
    local due = 0
    for i, calls, period, lease in limits() do
        in_line(i, lease)
        local ahead = redis.call('ZRANK', KEYS[i + 1], id)
        if not ahead then
            for k = 2, #KEYS, 3 do leave(k, id) end
            return {text(now), lost, 0, '0', 0, '0'}
        end
        local ready = ready_at(KEYS[i], calls, period, ahead)
        due = math.max(due, ready)
        if ready > at then at, pausing = ready, ready == paused_until end
    end
    local wait = at - now
    if wait <= 0 then
        local late = math.min(now - due, tonumber(argument(3)))
        for i, calls in limits() do
            leave(i, id)
            enter(i, calls, id, now - late)
        end
        return {text(now), lost, 1, '0', 0, text(late)}
    end
    for i in limits() do redis.call('ZADD', KEYS[i + 2], text(at), id) end
    return {text(now), lost, 1, text(wait), pausing and 1 or 0, '0'}
end

-- Arguments: id. Lets a call leave now that was entered before; returns whether it may.
function act.depart()
    local id = argument(1)
    if paused_until > now then return {text(now), lost, 0} end
    for i, _, period in limits() do
        local at = redis.call('ZSCORE', KEYS[i], id)
        if not at or now - tonumber(at) >= period then return {text(now), lost, 0} end
    end
    for i, calls in limits() do enter(i, calls, id, now) end
    return {text(now), lost, 1}
end

-- Arguments: id. Counts a call from now that has left at some time until now.
function act.stamp()
    for i, calls in limits() do enter(i, calls, argument(1), now) end
    return {text(now), lost}
end

-- Arguments: id. Gives back what was not used.
function act.release()
    for i = 2, #KEYS, 3 do
        redis.call('ZREM', KEYS[i], argument(1))
        leave(i, argument(1))
    end
    return {text(now), lost}
end

-- Arguments: how long.
function act.pause()
    paused_until = math.max(paused_until, now + tonumber(argument(1)))
    redis.call('HSET', KEYS[1], 'paused_until', text(paused_until))
    redis.call('PEXPIRE', KEYS[1], text(7 * DAY + (paused_until - now) / 1000))
    return {text(now), lost}
end

-- Returns the time again, the end of the pause, then the calls in line and the calls made, each after its number.
function act.peek()
    local _, calls, _, lease = limits()()
    local answer = {text(now), lost, text(now), text(paused_until), in_line(2, lease)}
    local made = redis.call('ZREVRANGE', KEYS[2], 0, calls - 1, 'WITHSCORES')
    for i = 2, #made, 2 do answer[#answer + 1] = made[i] end
    return answer
end

return table.concat(act[ARGV[1]](), ' ')
