package nl.sluis.policy.decide;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import nl.sluis.policy.rule.Rule;

/**
 * Counts what was sent against quotas. Outside decision and proof: many low items make a high pattern, so over a quota
 * the item is held and an officer gets a task. One owner, one thread; time is handed in.
 */
public final class QuotaLedger {
    /** Most entries kept for one tenant and quota: 100,000; a quota above is counted as this. */
    static final int ENTRIES_MAX = 100_000;

    private final Map<String, Window> windows = new HashMap<>();

    /** What was counted in the current window. */
    private static final class Window {
        final Deque<Long> itemsMs = new ArrayDeque<>();
        final LinkedHashMap<String, Long> objectsMs = new LinkedHashMap<>();
    }

    /**
     * Counts an item, if there is room.
     *
     * @param tenant to whom it goes
     * @param policy name of the quota's policy
     * @param quota the quota
     * @param object canonical identifier of its object; counted once a window where the quota counts objects
     * @param nowMs gateway time, milliseconds since 1970-01-01T00:00:00Z
     * @return whether it may be sent; otherwise nothing was counted
     */
    public boolean tryCount(String tenant, String policy, Rule.Quota quota, String object, long nowMs) {
        Window window = windows.computeIfAbsent(
                tenant + "|" + policy + "|" + quota.head().name(), k -> new Window());
        long since = nowMs - 1000 * quota.perS();
        long atMost = Math.min(quota.atMost(), ENTRIES_MAX);
        if (quota.objects()) {
            window.objectsMs.values().removeIf(t -> t <= since);
            if (window.objectsMs.containsKey(object)) {
                return true;
            }
            if (window.objectsMs.size() >= atMost) {
                return false;
            }
            window.objectsMs.put(object, nowMs);
            return true;
        }
        while (!window.itemsMs.isEmpty() && window.itemsMs.peekFirst() <= since) {
            window.itemsMs.removeFirst();
        }
        if (window.itemsMs.size() >= atMost) {
            return false;
        }
        window.itemsMs.addLast(nowMs);
        return true;
    }
}
