package nl.sluis.gateway.officer;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.BitSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.gateway.fusion.Explanation;
import nl.sluis.gateway.fusion.Fusion;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.Solution;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import nl.sluis.proto.v1.Disagreement;
import nl.sluis.proto.v1.ExplainObjectResponse;
import nl.sluis.proto.v1.ExplainedOrbit;
import nl.sluis.proto.v1.ListDisagreementsRequest;
import nl.sluis.proto.v1.ListDisagreementsResponse;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.OrbitContributor;
import nl.sluis.proto.v1.OrbitWithoutOwn;

/**
 * What orbits rest on, and who disagrees, for officers and auditors: of its own nation's contributions and own nation's
 * audiences, as the host's of any, and both only as far as its clearance goes. Orbits are fitted anew from what the reader
 * may know and nothing else, so that their accuracy tells of nothing withheld. Reads the journal and computes, so it is not
 * for an event loop.
 */
public final class Explanations {
    private static final int PAGE_DEFAULT = 100;
    private static final int PAGE_MAX = 1_000;

    /** An explanation holds under one policy; where another comes into force meanwhile, it is made again. */
    private static final int ATTEMPTS_MAX = 3;

    private final Journal journal;
    private final PolicyInForce policy;
    private final String hostNation;

    /**
     * @param journal where comparisons are kept
     * @param policy the policy in force
     * @param hostNation the nation that runs the gateway, lower case
     */
    public Explanations(Journal journal, PolicyInForce policy, String hostNation) {
        this.journal = journal;
        this.policy = policy;
        this.hostNation = hostNation;
    }

    /**
     * What the orbits of an object rest on, from real data.
     *
     * @param fusion holds the contributions
     * @param officer the reader's tenant
     * @param reference the object as it was asked for
     * @param object the same as a key
     * @return without orbits where the reader may know of none
     */
    public ExplainObjectResponse explain(Fusion fusion, TenantId officer, ObjectReference reference, ObjectKey object) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            PolicyBundle before = policy.bundle();
            ExplainObjectResponse.Builder response =
                    ExplainObjectResponse.newBuilder().setObject(reference);
            fusion.explain(Mode.REAL, object, new Reader(officer))
                    .forEach(explanation -> response.addOrbits(orbit(reference, explanation)));
            if (policy.bundle() == before) {
                return response.build();
            }
        }
        throw new IllegalStateException("policy: changed " + ATTEMPTS_MAX + " times during one explanation");
    }

    private ExplainedOrbit orbit(ObjectReference object, Explanation explanation) {
        PolicyBundle bundle = policy.bundle();
        ExplainedOrbit.Builder orbit = ExplainedOrbit.newBuilder()
                .addAllTenants(explanation.tenants().stream()
                        .map(name -> name(bundle, name))
                        .sorted()
                        .toList())
                .setVerdict(OrbitMessages.verdict(explanation.fit().verdict()));
        explanation
                .contributors()
                .forEach((originator, one) -> orbit.addContributors(OrbitContributor.newBuilder()
                        .setOriginator(originator)
                        .setContributions(one.contributions())
                        .setObservations(one.observations())));
        explanation.fit().solution().map(OrbitSolution::positionSigmaM).ifPresent(orbit::setPositionSigmaM);
        explanation.withoutOwn().ifPresent(sigma -> {
            OrbitWithoutOwn.Builder without = OrbitWithoutOwn.newBuilder();
            sigma.ifPresent(without::setPositionSigmaM);
            orbit.setWithoutOwn(without);
        });
        explanation
                .fit()
                .disagreements()
                .forEach(one -> orbit.addDisagreements(OrbitMessages.disagreement(object, one)));
        return orbit.build();
    }

    /** Who disagrees now: of its own nation, in a view of its own nation; as the host's officer anybody in any view. */
    public ListDisagreementsResponse disagreements(TenantId officer, ListDisagreementsRequest request) {
        int size = request.getPageSize() == 0 ? PAGE_DEFAULT : Math.min(request.getPageSize(), PAGE_MAX);
        PolicyBundle bundle = policy.bundle();
        OfficerReading reading = new OfficerReading(officer, policy, hostNation);
        Map<String, Audience> audiences = new TreeMap<>();
        bundle.audiences()
                .forEach(audience -> audiences.put(AudienceId.of(audience).text(), audience));
        SortedMap<String, Disagreement> found = new TreeMap<>();
        journal.scanLatest(LogName.SOLUTIONS, entry -> {
            Optional<Solution> solution = comparison(entry);
            Audience audience = solution.map(one -> audiences.get(one.getBasis().getAudiences(0)))
                    .orElse(null);
            if (solution.isEmpty()
                    || audience == null
                    || !reading.isCleared(solution.get().getBasis().getLabel())) {
                return;
            }
            for (Disagreement one : solution.get().getComparison().getDisagreementsList()) {
                boolean own = isOfNation(bundle, audience, officer)
                        && OwnerId.parse(one.getOriginator()).nation().equals(nation(officer));
                if (own || officer.nation().equals(hostNation)) {
                    found.put(
                            entry.key() + " " + one.getOriginator(),
                            one.toBuilder()
                                    .addAllTenants(audience.tenants().stream()
                                            .map(name -> name(bundle, name))
                                            .toList())
                                    .setAsOf(solution.get().getBasis().getReceived())
                                    .build());
                }
            }
        });
        ListDisagreementsResponse.Builder page = ListDisagreementsResponse.newBuilder();
        String last = "";
        for (Map.Entry<String, Disagreement> one :
                found.tailMap(request.getPageToken() + '\0').entrySet()) {
            if (page.getDisagreementsCount() == size) {
                return page.setNextPageToken(last).build();
            }
            page.addDisagreements(one.getValue());
            last = one.getKey();
        }
        return page.build();
    }

    private static Optional<Solution> comparison(Entry entry) {
        try {
            Solution solution = Solution.parseFrom(entry.payload());
            return solution.getComparison().getDisagreementsCount() == 0 ? Optional.empty() : Optional.of(solution);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("solution at " + entry.position() + " can't be read", e);
        }
    }

    private static String nation(TenantId officer) {
        return officer.nation().toUpperCase(Locale.ROOT);
    }

    private static boolean isOfNation(PolicyBundle bundle, Audience audience, TenantId officer) {
        return audience.tenants().stream()
                .map(name -> bundle.tenants().get(name))
                .allMatch(tenant -> tenant != null && tenant.nations().contains(nation(officer)));
    }

    private static String name(PolicyBundle bundle, String tenant) {
        Tenant known = bundle.tenants().get(tenant);
        return known == null
                ? tenant
                : new TreeSet<>(known.asOwners())
                        .stream()
                                .findFirst()
                                .map(owner -> owner.nation().toLowerCase(Locale.ROOT) + "/" + tenant)
                                .orElse(tenant);
    }

    /** What one officer or auditor may know. */
    private final class Reader implements Explanation.Reader {
        private final TenantId officer;
        private final OfficerReading reading;

        Reader(TenantId officer) {
            this.officer = officer;
            this.reading = new OfficerReading(officer, policy, hostNation);
        }

        @Override
        public BitSet known(SecurityLabel label, ObjectKey object) {
            PolicyBundle bundle = policy.bundle();
            BitSet audiences = new BitSet();
            if (reading.maySee(label.toProto())) {
                audiences.set(0, bundle.audiences().size());
            } else if (reading.isCleared(label.toProto())) {
                // what its own nation receives whole, it may know; of what others receive it learns nothing
                audiences.or(policy.whole(label, object, Kind.TRACK));
                bundle.audiences().stream()
                        .filter(audience -> !isOfNation(bundle, audience, officer))
                        .forEach(audience -> audiences.clear(audience.index()));
            }
            return audiences;
        }

        @Override
        public boolean isOwn(SecurityLabel label) {
            return label.owners().stream().anyMatch(owner -> owner.nation().equals(nation(officer)));
        }
    }
}
