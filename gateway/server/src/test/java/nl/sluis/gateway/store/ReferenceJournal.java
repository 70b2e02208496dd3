package nl.sluis.gateway.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One log as a list: slow, without durability, and short enough to be read as the definition. */
final class ReferenceJournal {
    final TreeMap<Long, Entry> entries = new TreeMap<>();
    final Map<String, Entry> latest = new HashMap<>();
    private final Map<String, Long> clientIds = new HashMap<>();
    private final Map<Long, String> clientIdAt = new HashMap<>();
    private Instant newest = Instant.MIN;
    long next = 1;

    /** The answers, or null if the batch is refused because a client id was reused. */
    List<Appended> append(List<NewEntry> batch, Instant now) {
        Map<String, NewEntry> inBatch = new LinkedHashMap<>();
        for (NewEntry entry : batch) {
            if (entry.clientId().isEmpty()) {
                continue;
            }
            NewEntry twin = inBatch.putIfAbsent(entry.clientId(), entry);
            Long position = clientIds.get(entry.clientId());
            Entry stored = position == null ? null : entries.get(position);
            boolean twinDiffers = twin != null && !twin.equals(entry);
            boolean storedDiffers = stored != null && !entry.sameContent(stored.key(), stored.payload());
            if (twinDiffers || storedDiffers) {
                return null;
            }
        }
        newest = newest.isAfter(now) ? newest : now;
        List<Appended> answers = new ArrayList<>();
        for (NewEntry entry : batch) {
            Long earlier = clientIds.get(entry.clientId());
            if (earlier != null) {
                answers.add(new Appended(earlier, true));
                continue;
            }
            Entry stored = new Entry(next, newest, entry.key(), entry.payload());
            entries.put(next, stored);
            if (!entry.key().isEmpty()) {
                latest.put(entry.key(), stored);
            }
            if (!entry.clientId().isEmpty()) {
                clientIds.put(entry.clientId(), next);
                clientIdAt.put(next, entry.clientId());
            }
            answers.add(new Appended(next, false));
            next++;
        }
        return answers;
    }

    void trim(Retention retention, Instant now) {
        while (!entries.isEmpty()) {
            Entry oldest = entries.firstEntry().getValue();
            long bytes = entries.values().stream()
                    .mapToLong(entry -> entry.payload().length)
                    .sum();
            boolean within =
                    bytes <= retention.bytesMax() && !oldest.recordedAt().isBefore(now.minus(retention.ageMax()));
            if (within || oldest.position() >= retention.keepFrom()) {
                break;
            }
            entries.remove(oldest.position());
            String id = clientIdAt.remove(oldest.position());
            if (id != null) {
                clientIds.remove(id);
            }
        }
        latest.values().removeIf(entry -> entry.recordedAt().isBefore(now.minus(retention.latestAgeMax())));
    }

    long oldest() {
        return entries.isEmpty() ? next : entries.firstKey();
    }
}
