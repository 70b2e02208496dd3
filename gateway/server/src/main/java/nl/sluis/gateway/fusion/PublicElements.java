package nl.sluis.gateway.fusion;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.MeanElements;

/**
 * Elements of one object from one contribution.
 *
 * @param order place among all elements
 * @param contributionId the contribution
 * @param received when it was received
 * @param label its label
 * @param key the object
 * @param elements the elements
 */
record PublicElements(
        long order,
        String contributionId,
        Instant received,
        SecurityLabel label,
        ObjectKey key,
        MeanElements elements) {

    /** Elements in one entry of a log: with names of usual length far less than an entry may hold. */
    static final int PART_MAX = 5_000;

    /** The latest of each object, in the order of the log. */
    static List<PublicElements> latest(Collection<PublicElements> inOrder) {
        Map<ObjectKey, PublicElements> latest = new LinkedHashMap<>();
        for (PublicElements one : inOrder) {
            latest.remove(one.key());
            latest.put(one.key(), one);
        }
        return List.copyOf(latest.values());
    }

    /** Cuts a list in the order of the log into parts, each of one contribution and of one entry's size. */
    static List<List<PublicElements>> parts(List<PublicElements> inOrder) {
        List<List<PublicElements>> parts = new ArrayList<>();
        for (PublicElements one : inOrder) {
            List<PublicElements> last = parts.isEmpty() ? List.of() : parts.get(parts.size() - 1);
            if (last.isEmpty()
                    || last.size() == PART_MAX
                    || !last.get(0).contributionId().equals(one.contributionId())) {
                last = new ArrayList<>();
                parts.add(last);
            }
            last.add(one);
        }
        return parts;
    }

    /**
     * What each audience may use of a list.
     *
     * @param users who may use each of them
     * @return each distinct share with the audiences that have it, in the order of the lowest
     */
    static Map<List<PublicElements>, BitSet> shares(Map<PublicElements, BitSet> users) {
        Map<Integer, List<PublicElements>> byAudience = new TreeMap<>();
        users.forEach((one, audiences) -> audiences.stream()
                .forEach(audience -> byAudience
                        .computeIfAbsent(audience, none -> new ArrayList<>())
                        .add(one)));
        Map<List<PublicElements>, BitSet> shares = new LinkedHashMap<>();
        byAudience.forEach((audience, share) ->
                shares.computeIfAbsent(share, none -> new BitSet()).set(audience));
        return shares;
    }
}
