package nl.sluis.policy.bundle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Which objects are in which groups. An object is named by its catalogue number in decimal digits, or by another
 * identifier. An object that is in no group is not known here.
 *
 * <p>Objects in the same groups are one class, so that whoever asks about an object looks up one number.
 */
public final class ObjectGroups {
    /** The group of objects that are not correlated with the catalogue; always there. */
    public static final String UNCORRELATED = "uncorrelated";

    /** The class of objects that are in no group. */
    public static final int NO_CLASS = -1;

    /** Most groups: 1,024, a bit each. */
    static final int GROUPS_MAX = 1024;

    private final List<String> names;
    private final NavigableMap<String, Group> groups;
    private final List<BitSet> classes = new ArrayList<>();
    private final Map<String, Integer> classOfId = new HashMap<>();

    /** Catalogue numbers cut into stretches in the same ranges: where each begins, and its class. */
    private final long[] stretchFrom;

    private final int[] stretchClass;

    /**
     * A group as written.
     *
     * @param ids identifiers
     * @param ranges pairs of catalogue numbers, both inclusive
     */
    public record Group(List<String> ids, List<long[]> ranges) {}

    /** The beginning or the end of a range. */
    private record Edge(long at, int group, int step) {}

    ObjectGroups(NavigableMap<String, Group> groups) {
        this.groups = new TreeMap<>(groups);
        List<String> all = new ArrayList<>(groups.keySet());
        all.add(UNCORRELATED);
        this.names = List.copyOf(all);
        Map<BitSet, Integer> classOf = new HashMap<>();
        List<Edge> edges = new ArrayList<>();
        Map<String, BitSet> listed = new TreeMap<>();
        int next = 0;
        for (Group content : groups.values()) {
            int group = next++;
            content.ranges().forEach(r -> {
                edges.add(new Edge(r[0], group, 1));
                edges.add(new Edge(r[1] + 1, group, -1));
            });
            content.ids()
                    .forEach(id -> listed.computeIfAbsent(canonical(id), k -> new BitSet())
                            .set(group));
        }
        edges.sort(Comparator.comparingLong(Edge::at));
        stretchFrom = edges.stream().mapToLong(Edge::at).distinct().toArray();
        stretchClass = new int[stretchFrom.length];
        int[] open = new int[names.size()];
        BitSet within = new BitSet();
        int edge = 0;
        for (int s = 0; s < stretchFrom.length; s++) {
            for (; edge < edges.size() && edges.get(edge).at() == stretchFrom[s]; edge++) {
                int group = edges.get(edge).group();
                open[group] += edges.get(edge).step();
                within.set(group, open[group] > 0);
            }
            stretchClass[s] = numbered(within, classOf);
        }
        listed.forEach((id, in) -> {
            int ranged = classOfNumber(number(id));
            if (ranged != NO_CLASS) {
                in.or(classes.get(ranged));
            }
            classOfId.put(id, numbered(in, classOf));
        });
    }

    private int numbered(BitSet in, Map<BitSet, Integer> classOf) {
        if (in.isEmpty()) {
            return NO_CLASS;
        }
        Integer known = classOf.get(in);
        if (known == null) {
            known = classes.size();
            BitSet kept = (BitSet) in.clone();
            classes.add(kept);
            classOf.put(kept, known);
        }
        return known;
    }

    /** All names; the place of a name is its bit. */
    public List<String> names() {
        return names;
    }

    /** The groups as written, by name, without {@link #UNCORRELATED}. */
    public NavigableMap<String, Group> groups() {
        return Collections.unmodifiableNavigableMap(groups);
    }

    /** How many classes of objects there are. */
    public int classes() {
        return classes.size();
    }

    /** The groups of a class, by their place in {@link #names()}. */
    public IntStream groupsOfClass(int objectClass) {
        return classes.get(objectClass).stream();
    }

    /**
     * The class of an object, or {@link #NO_CLASS} where it is in no group. No allocation.
     *
     * @param id canonical identifier, see {@link #canonical}
     */
    public int classOf(String id) {
        Integer listed = classOfId.get(id);
        return listed != null ? listed : classOfNumber(number(id));
    }

    private int classOfNumber(long number) {
        if (number < 0 || stretchFrom.length == 0) {
            return NO_CLASS;
        }
        int found = Arrays.binarySearch(stretchFrom, number);
        // between two beginnings the search answers -(place of the next) - 1
        int stretch = found >= 0 ? found : -found - 2;
        return stretch < 0 ? NO_CLASS : stretchClass[stretch];
    }

    /** The groups of an object by name, sorted; empty where it is in none. */
    public List<String> groupsOf(String id) {
        int objectClass = classOf(canonical(id));
        return objectClass == NO_CLASS
                ? List.of()
                : groupsOfClass(objectClass).mapToObj(names::get).toList();
    }

    /**
     * Objects such that any object is, in each of these bundles, in the same groups as one of them: every identifier that
     * is listed, and of every stretch of catalogue numbers one that is not listed. For proofs.
     */
    public static Collection<String> representatives(List<ObjectGroups> bundles) {
        NavigableSet<String> ids = new TreeSet<>();
        NavigableSet<Long> from = new TreeSet<>();
        for (ObjectGroups groups : bundles) {
            ids.addAll(groups.classOfId.keySet());
            Arrays.stream(groups.stretchFrom).forEach(from::add);
        }
        List<String> ranged = new ArrayList<>();
        Iterator<Long> next = from.iterator();
        long start = next.hasNext() ? next.next() : Long.MAX_VALUE;
        while (start < Long.MAX_VALUE) {
            long end = next.hasNext() ? next.next() : Long.MAX_VALUE;
            long number = start;
            while (number < end && ids.contains(Long.toString(number))) {
                number++;
            }
            if (number < end) {
                ranged.add(Long.toString(number));
            }
            start = end;
        }
        ids.addAll(ranged);
        return ids;
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
}
