package nl.sluis.gateway.stream;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.journal.v1.StoredReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which part of its audience's log each tenant may have been sent: whom a withdrawal concerns. Kept as one interval for
 * tenant and audience, durable before anything is sent, so it may hold too much and never too little: a filter is not
 * looked at, and whoever was reading when the gateway died counts as still reading.
 */
final class Readers {
    private static final String KEY = "reader/";
    private static final Logger LOG = LoggerFactory.getLogger(Readers.class);

    private final Journal journal;
    private final Map<Place, StoredReader> readers = new TreeMap<>();
    private final Map<Place, Integer> live = new HashMap<>();

    /**
     * @param tenant the tenant
     * @param audience the audience
     */
    private record Place(String tenant, String audience) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byTenant = tenant.compareTo(other.tenant);
            return byTenant != 0 ? byTenant : audience.compareTo(other.audience);
        }
    }

    Readers(Journal journal) {
        this.journal = journal;
    }

    /** Takes in what earlier lives of the gateway knew: who was reading then counts as reading until it is settled. */
    synchronized void load() {
        journal.scanLatest(LogName.CURSORS, entry -> {
            if (entry.key().startsWith(KEY)) {
                try {
                    StoredReader reader = StoredReader.parseFrom(entry.payload());
                    readers.put(new Place(reader.getTenant(), reader.getAudience()), reader);
                } catch (InvalidProtocolBufferException e) {
                    LOG.error("reader can't be read, position={}", entry.position(), e);
                }
            }
        });
    }

    /**
     * Nobody reads yet in this life.
     *
     * @param end index behind the newest entry of an audience's log: who was reading when the gateway died may have been
     *     sent all of it
     */
    synchronized void settle(ToLongFunction<AudienceId> end) {
        readers.replaceAll((place, reader) -> reader.getReading()
                ? reader.toBuilder()
                        .setReading(false)
                        .setTo(Math.max(reader.getTo(), end.applyAsLong(new AudienceId(place.audience()))))
                        .build()
                : reader);
    }

    /** A tenant starts to read at an index. Blocks until that is durable. */
    synchronized void start(TenantId tenant, AudienceId audience, long from) {
        Place place = new Place(tenant.toString(), audience.text());
        StoredReader before = readers.get(place);
        if (before == null || !before.getReading() || before.getFrom() > from) {
            StoredReader reader = StoredReader.newBuilder()
                    .setTenant(place.tenant())
                    .setAudience(place.audience())
                    .setFrom(before == null ? from : Math.min(from, before.getFrom()))
                    .setTo(before == null ? from : before.getTo())
                    .setReading(true)
                    .build();
            // throws what the journal failed with; then nobody reads, and the next who starts tries again
            journal.append(LogName.CURSORS, entry(place, reader)).join();
            readers.put(place, reader);
        }
        live.merge(place, 1, Integer::sum);
    }

    /** A tenant has read up to an index and stops. Never blocks: until it is durable, the tenant counts as reading. */
    synchronized void end(TenantId tenant, AudienceId audience, long next) {
        Place place = new Place(tenant.toString(), audience.text());
        StoredReader before = readers.get(place);
        if (before == null) {
            return;
        }
        boolean last = live.merge(place, -1, Integer::sum) == 0;
        // of several at once the furthest counts
        StoredReader reader = before.toBuilder()
                .setTo(Math.max(before.getTo(), next))
                .setReading(!last)
                .build();
        readers.put(place, reader);
        if (last) {
            live.remove(place);
            var unused = journal.append(LogName.CURSORS, entry(place, reader)).whenComplete((appended, failure) -> {
                if (failure != null) {
                    LOG.warn("end of reading not kept, the tenant counts as reading, tenant={}", place.tenant());
                }
            });
        }
    }

    /** The tenants that may have been sent an entry from one index to another, both included, in order. */
    synchronized List<String> of(AudienceId audience, long from, long to) {
        List<String> tenants = new ArrayList<>();
        readers.forEach((place, reader) -> {
            if (place.audience().equals(audience.text())
                    && reader.getFrom() <= to
                    && (reader.getReading() || from < reader.getTo())) {
                tenants.add(place.tenant());
            }
        });
        return tenants;
    }

    private static NewEntry entry(Place place, StoredReader reader) {
        return NewEntry.keyed(KEY + place.tenant() + "/" + place.audience(), reader.toByteArray());
    }
}
