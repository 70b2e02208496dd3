package nl.sluis.policy.bundle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which objects are in which groups. An object is named by its catalogue number in decimal digits, or by another
 * identifier. An object that is in no group is not known here.
 */
public final class ObjectGroups {
    /** The group of objects that are not correlated with the catalogue; always there. */
    public static final String UNCORRELATED = "uncorrelated";

    /** Most groups: 1,024, a bit each. */
    static final int GROUPS_MAX = 1024;

    private final List<String> names;
    private final Map<String, long[]> byId = new HashMap<>();
    private final long[] rangeFrom;
    private final long[] rangeTo;
    private final int[] rangeGroup;
    private final NavigableMap<String, Group> groups;

    /**
     * A group as written.
     *
     * @param ids identifiers
     * @param ranges pairs of catalogue numbers, both inclusive
     */
    record Group(List<String> ids, List<long[]> ranges) {}

    ObjectGroups(NavigableMap<String, Group> groups) {
        this.groups = new TreeMap<>(groups);
        List<String> all = new ArrayList<>(groups.keySet());
        all.add(UNCORRELATED);
        this.names = List.copyOf(all);
        List<long[]> ranges = new ArrayList<>();
        int next = 0;
        for (Group content : groups.values()) {
            int group = next++;
            content.ids().forEach(id -> set(byId.computeIfAbsent(canonical(id), k -> new long[words()]), group));
            content.ranges().forEach(r -> ranges.add(new long[] {r[0], r[1], group}));
        }
        rangeFrom = ranges.stream().mapToLong(r -> r[0]).toArray();
        rangeTo = ranges.stream().mapToLong(r -> r[1]).toArray();
        rangeGroup = ranges.stream().mapToInt(r -> (int) r[2]).toArray();
    }

    /** All names; the place of a name is its bit. */
    public List<String> names() {
        return names;
    }

    /** Number of 64-bit words that a set of groups takes. */
    public int words() {
        return (names.size() + 63) / 64;
    }

    /**
     * The groups of an object.
     *
     * @param id canonical identifier, see {@link #canonical}
     * @param out where to put them, {@link #words()} words
     * @return whether the object is in any group
     */
    public boolean groupsOf(String id, long[] out) {
        long @Nullable [] listed = byId.get(id);
        if (listed == null) {
            Arrays.fill(out, 0, words(), 0L);
        } else {
            System.arraycopy(listed, 0, out, 0, words());
        }
        boolean known = listed != null;
        if (rangeFrom.length > 0) {
            long number = number(id);
            for (int i = 0; number >= 0 && i < rangeFrom.length; i++) {
                if (rangeFrom[i] <= number && number <= rangeTo[i]) {
                    set(out, rangeGroup[i]);
                    known = true;
                }
            }
        }
        return known;
    }

    /** The groups of an object by name, sorted; empty where it is in none. */
    public List<String> groupsOf(String id) {
        long[] bits = new long[words()];
        groupsOf(canonical(id), bits);
        List<String> found = new ArrayList<>();
        for (int g = 0; g < names.size(); g++) {
            if ((bits[g >> 6] >>> g & 1) != 0) {
                found.add(names.get(g));
            }
        }
        return found;
    }

    /** The identifiers and ranges that groups name, for proofs: one representative of each. */
    public List<String> representatives() {
        List<String> ids = new ArrayList<>(byId.keySet());
        for (int i = 0; i < rangeFrom.length; i++) {
            ids.add(Long.toString(rangeFrom[i]));
            ids.add(Long.toString(rangeTo[i]));
            ids.add(Long.toString(rangeTo[i] + 1));
        }
        return ids.stream().distinct().sorted().toList();
    }

    /** A catalogue number loses leading zeros; anything else stays as it is. */
    public static String canonical(String id) {
        long number = number(id);
        return number < 0 ? id : Long.toString(number);
    }

    /** The number if the text has 1 to 12 digits only, else -1. No allocation. */
    private static long number(String id) {
        if (id.isEmpty() || id.length() > 12) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = 10 * number + (c - '0');
        }
        return number;
    }

    private static void set(long[] bits, int bit) {
        bits[bit >> 6] |= 1L << bit;
    }

    NavigableMap<String, Group> groups() {
        return groups;
    }
}
