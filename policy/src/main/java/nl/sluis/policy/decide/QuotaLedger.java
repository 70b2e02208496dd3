package nl.sluis.policy.decide;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nl.sluis.policy.rule.Rule;

/**
 * Counts what was sent against quotas. Outside decision and proof: many low items make a high pattern, so over a quota
 * the item is held and an officer gets a task. One owner, one thread; time is handed in.
 */
public final class QuotaLedger {
    /** Most entries kept for one tenant and quota: 100,000; a quota above is counted as this. */
    static final int ENTRIES_MAX = 100_000;

    private final Map<Key, Window> windows = new TreeMap<>();

    /**
     * Whose window it is.
     *
     * @param tenant to whom items go
     * @param policy name of the quota's policy
     * @param quota name of the quota
     */
    private record Key(String tenant, String policy, String quota) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return Comparator.comparing(Key::tenant)
                    .thenComparing(Key::policy)
                    .thenComparing(Key::quota)
                    .compare(this, other);
        }
    }

    /**
     * What is left of a quota.
     *
     * @param quota name of the quota
     * @param left how many more fit now
     * @param resetsMs when the oldest of what was counted no longer counts, milliseconds since 1970-01-01T00:00:00Z
     */
    public record Left(String quota, long left, long resetsMs) {}

    /** What was counted in the current window. */
    private static final class Window {
        final Deque<Long> itemsMs = new ArrayDeque<>();
        final LinkedHashMap<String, Long> objectsMs = new LinkedHashMap<>();
        final Rule.Quota quota;

        Window(Rule.Quota quota) {
            this.quota = quota;
        }

        void forget(long nowMs) {
            long since = nowMs - 1000 * quota.perS();
            objectsMs.values().removeIf(t -> t <= since);
            while (!itemsMs.isEmpty() && itemsMs.peekFirst() <= since) {
                itemsMs.removeFirst();
            }
        }

        int counted() {
            return quota.objects() ? objectsMs.size() : itemsMs.size();
        }

        long oldestMs(long nowMs) {
            Long oldest =
                    quota.objects() ? objectsMs.values().stream().findFirst().orElse(null) : itemsMs.peekFirst();
            return oldest == null ? nowMs : oldest;
        }

        long atMost() {
            return Math.min(quota.atMost(), ENTRIES_MAX);
        }
    }

    private Window window(String tenant, String policy, Rule.Quota quota, long nowMs) {
        Window window =
                windows.computeIfAbsent(new Key(tenant, policy, quota.head().name()), k -> new Window(quota));
        window.forget(nowMs);
        return window;
    }

    /**
     * Whether there is room for an item; nothing is counted.
     *
     * @param tenant to whom it goes
     * @param policy name of the quota's policy
     * @param quota the quota
     * @param object canonical identifier of its object
     * @param nowMs gateway time, milliseconds since 1970-01-01T00:00:00Z
     */
    public boolean hasRoom(String tenant, String policy, Rule.Quota quota, String object, long nowMs) {
        Window window = window(tenant, policy, quota, nowMs);
        return window.counted() < window.atMost() || (quota.objects() && window.objectsMs.containsKey(object));
    }

    /** What is left to a tenant of the quotas that counted for it so far, in the order of policy and name. */
    public List<Left> left(String tenant, long nowMs) {
        List<Left> left = new ArrayList<>();
        windows.forEach((key, window) -> {
            if (key.tenant().equals(tenant)) {
                window.forget(nowMs);
                left.add(new Left(
                        key.quota(),
                        window.atMost() - window.counted(),
                        window.oldestMs(nowMs) + 1000 * window.quota.perS()));
            }
        });
        return left;
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
        if (!hasRoom(tenant, policy, quota, object, nowMs)) {
            return false;
        }
        Window window = window(tenant, policy, quota, nowMs);
        if (quota.objects()) {
            window.objectsMs.putIfAbsent(object, nowMs);
        } else {
            window.itemsMs.addLast(nowMs);
        }
        return true;
    }
}
