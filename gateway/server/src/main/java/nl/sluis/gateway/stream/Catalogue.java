package nl.sluis.gateway.stream;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.Thresholds;
import nl.sluis.gateway.item.Trajectories;
import nl.sluis.gateway.release.DeliveryLog;
import nl.sluis.gateway.release.Frames;
import nl.sluis.gateway.release.Variants;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.proto.v1.CatalogueEntry;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.GetEphemerisResponse;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ListObjectsResponse;
import nl.sluis.proto.v1.OrbitRegime;
import nl.sluis.proto.v1.Product;

/**
 * The objects that a tenant's own audience was released, each decided again at the answer, in the form in which it may
 * have them. What it may not have does not exist: not in an answer, not in a page, not in a token. Real data only. Every
 * method blocks.
 */
public final class Catalogue {
    private final LiveSubscriptions subscriptions;
    private final Variants variants;
    private final DeliveryLog deliveries;
    private final TrajectoryScreening trajectories;
    private final Thresholds thresholds;

    /** Screens a trajectory against released orbits. */
    @FunctionalInterface
    public interface TrajectoryScreening {
        /** Returns the approaches below a distance. */
        List<ConjunctionWarning> screen(Ephemeris trajectory, List<Product> released, double thresholdM);
    }

    /**
     * What became of a trajectory.
     *
     * @param approaches by time
     * @param objects how many objects were looked at
     */
    public record Screened(List<ConjunctionWarning> approaches, int objects) {
        /** Copies the list. */
        public Screened {
            approaches = List.copyOf(approaches);
        }
    }

    /**
     * @param subscriptions the audiences' logs
     * @param variants makes what is released
     * @param deliveries accounts for what is answered
     * @param trajectories screens trajectories
     * @param thresholds from when on an approach is urgent for whom states nothing else
     */
    public Catalogue(
            LiveSubscriptions subscriptions,
            Variants variants,
            DeliveryLog deliveries,
            TrajectoryScreening trajectories,
            Thresholds thresholds) {
        this.subscriptions = subscriptions;
        this.variants = variants;
        this.deliveries = deliveries;
        this.trajectories = trajectories;
        this.thresholds = thresholds;
    }

    /**
     * A product as released to a tenant now.
     *
     * @param ready the product, with what is entered before it leaves
     * @param label its label
     */
    private record Released(Variants.Found.Ready ready, Label label) {
        Product product() {
            return ready.product();
        }

        CatalogueEntry entry() {
            return CatalogueEntry.newBuilder()
                    .setObject(product().getTrack().getObject())
                    .setRegime(product().getTrack().getRegime())
                    .setTrack(product().getTrack())
                    .setLabel(label)
                    .build();
        }
    }

    /** The latest of an object; empty where there is none for this tenant. */
    public Optional<CatalogueEntry> object(TenantId tenant, ObjectKey object) {
        Optional<Released> track = subscriptions.subscriber(tenant).flatMap(audience -> track(audience, object.text()));
        track.ifPresent(one -> account(tenant, List.of(one)));
        return track.map(Released::entry);
    }

    /**
     * A page of objects in the order of their names.
     *
     * @param regimes regimes; none means all
     * @param size most entries
     * @param after name behind which the page starts: the token of the page before, which names the last object that this
     *     tenant was shown
     */
    public ListObjectsResponse page(TenantId tenant, Set<OrbitRegime> regimes, int size, String after) {
        ListObjectsResponse.Builder page = ListObjectsResponse.newBuilder();
        Optional<Audience> audience = subscriptions.subscriber(tenant);
        if (audience.isEmpty()) {
            return page.build();
        }
        List<Released> tracks = new ArrayList<>();
        AudienceLog log = subscriptions.log(AudienceId.of(audience.get()));
        String last = after;
        for (Optional<String> next = log.objectAfter(after); next.isPresent(); next = log.objectAfter(next.get())) {
            Optional<Released> track = track(audience.get(), next.get())
                    .filter(one -> regimes.isEmpty()
                            || regimes.contains(one.product().getTrack().getRegime()));
            if (track.isPresent()) {
                // one is looked for beyond the page, so that a token never leads to nothing
                if (tracks.size() == size) {
                    page.setNextPageToken(last);
                    break;
                }
                tracks.add(track.get());
                last = next.get();
            }
        }
        account(tenant, tracks);
        tracks.forEach(track -> page.addEntries(track.entry()));
        return page.build();
    }

    /** The trajectory of an object from its latest track or ephemeris; empty where there is none for this tenant. */
    public Optional<GetEphemerisResponse> ephemeris(
            TenantId tenant, ObjectKey object, Instant start, Instant end, Duration step) {
        Optional<Audience> audience = subscriptions.subscriber(tenant);
        if (audience.isEmpty()) {
            return Optional.empty();
        }
        for (long position : positions(audience.get(), object.text())) {
            Optional<Released> released = released(audience.get(), position);
            Optional<Ephemeris> table = released.map(Released::product)
                    .flatMap(product -> product.hasEphemeris()
                            ? Trajectories.of(product.getEphemeris(), start, end, step)
                            : Trajectories.of(product.getTrack(), start, end, step));
            if (table.isPresent()) {
                account(tenant, List.of(released.get()));
                return Optional.of(GetEphemerisResponse.newBuilder()
                        .setEphemeris(table.get())
                        .setLabel(released.get().label())
                        .build());
            }
        }
        return Optional.empty();
    }

    /**
     * A trajectory that nobody flies yet against the latest that the tenant was released of each object. Only the orbits that
     * come near enter the answer and the tenant's own account of what it was given.
     *
     * @param trajectory states in order, in one frame
     * @param thresholdM distance below which an approach is reported, m
     * @throws IllegalArgumentException if the trajectory is none, or the threshold out of range
     */
    public Screened screen(TenantId tenant, Ephemeris trajectory, double thresholdM) {
        Map<String, Released> objects = new LinkedHashMap<>();
        Optional<Audience> caller = subscriptions.subscriber(tenant);
        caller.ifPresent(audience -> {
            AudienceLog log = subscriptions.log(AudienceId.of(audience));
            for (Optional<String> next = log.objectAfter(""); next.isPresent(); next = log.objectAfter(next.get())) {
                for (long position : positions(audience, next.get())) {
                    Optional<Released> released = released(audience, position);
                    if (released.isPresent()
                            && (released.get().product().hasTrack()
                                    || released.get().product().hasEphemeris())) {
                        objects.putIfAbsent(next.get(), released.get());
                    }
                }
            }
        });
        Thresholds own = caller.map(thresholds::of).orElse(thresholds);
        List<ConjunctionWarning> approaches =
                trajectories
                        .screen(
                                trajectory,
                                objects.values().stream().map(Released::product).toList(),
                                thresholdM)
                        .stream()
                        .map(own::classed)
                        .toList();
        Set<String> near = new HashSet<>();
        for (ConjunctionWarning approach : approaches) {
            ObjectKey.of(approach.getObject1().getObject()).ifPresent(key -> near.add(key.text()));
            ObjectKey.of(approach.getObject2().getObject()).ifPresent(key -> near.add(key.text()));
        }
        account(
                tenant,
                objects.entrySet().stream()
                        .filter(object -> near.contains(object.getKey()))
                        .map(Map.Entry::getValue)
                        .toList());
        return new Screened(approaches, objects.size());
    }

    private long[] positions(Audience audience, String object) {
        return subscriptions.log(AudienceId.of(audience)).positionsOf(object);
    }

    private Optional<Released> track(Audience audience, String object) {
        for (long position : positions(audience, object)) {
            Optional<Released> released = released(audience, position);
            if (released.isPresent() && released.get().product().hasTrack()) {
                return released;
            }
        }
        return Optional.empty();
    }

    /** Nothing leaves that is not in the audit log. */
    private void account(TenantId tenant, List<Released> answer) {
        if (!answer.isEmpty()) {
            deliveries
                    .enter(tenant, answer.stream().map(Released::ready).toList())
                    .join();
        }
    }

    private Optional<Released> released(Audience audience, long position) {
        Variants.Found found = variants.get(audience, position);
        if (found instanceof Variants.Found.Loading) {
            // to say that it does not exist would be wrong
            throw new IllegalStateException("product at " + position + ": the store does not answer");
        }
        if (!(found instanceof Variants.Found.Ready ready)
                || ready.product().getDataMode() != DataMode.DATA_MODE_REAL) {
            return Optional.empty();
        }
        return Optional.of(new Released(
                ready, Frames.parse(ready.frame()).getDelivery().getBoundLabel().getLabel()));
    }
}
