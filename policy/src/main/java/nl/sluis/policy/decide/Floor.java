package nl.sluis.policy.decide;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.Clearance;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.CategoryRef;
import nl.sluis.policy.label.Clause;
import nl.sluis.policy.label.LabelPart;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.label.Spif;
import org.jspecify.annotations.Nullable;

/** The floor: whom each level, category, releasability and data mode admits, as sets of audiences. */
final class Floor {
    private final int words;
    private final long[] everyone;
    private final long[][] modes;
    private final Admission[] admissions;
    private final Map<String, long[]> members = new HashMap<>();

    /** Whom the levels and restrictive categories of one security policy admit. A SPIF has few: a scan beats a hash. */
    private static final class Admission {
        final Spif spif;

        /** Tells most policies apart without comparing texts. */
        final int oidHash;

        final int[] lacvs;
        final long[][] admitted;
        final CategoryRef[] categories;
        final long[][] holders;

        Admission(Spif spif, List<Audience> audiences, int words) {
            this.spif = spif;
            this.oidHash = spif.oid().hashCode();
            this.lacvs = spif.levels().stream().mapToInt(Spif.Level::lacv).toArray();
            this.admitted = new long[lacvs.length][words];
            Map<CategoryRef, long[]> held = new HashMap<>();
            for (Audience audience : audiences) {
                Clearance clearance = audience.clearances().get(spif.name());
                if (clearance == null) {
                    continue;
                }
                for (int l = 0; l < lacvs.length; l++) {
                    if (clearance.lacvs().contains(lacvs[l])) {
                        Bits.set(admitted[l], audience.index());
                    }
                }
                clearance
                        .held()
                        .forEach(c -> Bits.set(held.computeIfAbsent(c, k -> new long[words]), audience.index()));
            }
            this.categories = held.keySet().toArray(new CategoryRef[0]);
            this.holders = new long[categories.length][];
            for (int c = 0; c < categories.length; c++) {
                holders[c] = held.getOrDefault(categories[c], new long[words]);
            }
        }

        long @Nullable [] admittedTo(int lacv) {
            for (int l = 0; l < lacvs.length; l++) {
                if (lacvs[l] == lacv) {
                    return admitted[l];
                }
            }
            return null;
        }

        long @Nullable [] holdersOf(CategoryRef category) {
            for (int c = 0; c < categories.length; c++) {
                if (categories[c].lacv() == category.lacv()
                        && categories[c].tagSetOid().equals(category.tagSetOid())) {
                    return holders[c];
                }
            }
            return null;
        }
    }

    Floor(PolicyBundle bundle, long[] everyone) {
        this.words = everyone.length;
        this.everyone = everyone;
        this.modes = new long[Mode.values().length][words];
        for (Audience audience : bundle.audiences()) {
            audience.modes().forEach(m -> Bits.set(modes[m.bit()], audience.index()));
            audience.releaseTokens()
                    .forEach(
                            t -> Bits.set(members.computeIfAbsent(t.intern(), k -> new long[words]), audience.index()));
        }
        List<Admission> all = new ArrayList<>();
        bundle.spifs().all().forEach(s -> all.add(new Admission(s, bundle.audiences(), words)));
        this.admissions = all.toArray(new Admission[0]);
    }

    /** The audiences that may have data of this mode. */
    long[] mode(Mode mode) {
        return modes[mode.bit()];
    }

    /** Bars whom level, restrictive categories and clauses of a label do not admit. */
    void bar(SecurityLabel label, Barred barred, long[] scratch) {
        List<LabelPart> parts = label.parts();
        for (int i = 0; i < parts.size(); i++) {
            LabelPart part = parts.get(i);
            Admission admission = admission(part.spif());
            if (admission == null) {
                barred.bar(Reason.CLASSIFICATION, everyone);
                continue;
            }
            barred.allBut(admission.admittedTo(part.level().lacv()), Reason.CLASSIFICATION, everyone);
            List<CategoryRef> restrictive = part.restrictive();
            for (int c = 0; c < restrictive.size(); c++) {
                barred.allBut(admission.holdersOf(restrictive.get(c)), Reason.RESTRICTIVE, everyone);
            }
            List<Clause> release = part.release();
            for (int c = 0; c < release.size(); c++) {
                barred.allBut(any(release.get(c), scratch), Reason.RELEASABILITY, everyone);
            }
        }
    }

    /** The policy of this identifier and version; a label of another version means something else. */
    private @Nullable Admission admission(Spif spif) {
        for (Admission admission : admissions) {
            if (admission.oidHash == spif.oid().hashCode()
                    && admission.spif.version() == spif.version()
                    && admission.spif.oid().equals(spif.oid())) {
                return admission;
            }
        }
        return null;
    }

    private long[] any(Clause clause, long[] scratch) {
        for (int w = 0; w < words; w++) {
            scratch[w] = 0;
        }
        List<String> names = clause.members();
        for (int m = 0; m < names.size(); m++) {
            Bits.or(scratch, members.get(names.get(m)));
        }
        return scratch;
    }
}
