package nl.sluis.policy.label;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import nl.sluis.policy.text.Names;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.policy.text.Problems;
import nl.sluis.policy.text.Yaml;
import org.jspecify.annotations.Nullable;

/** The security policies that are known, and with them the vocabulary of labels. */
public final class Spifs {
    /** Paths of the files that come with the module; a bundle may bring its own under the same path. */
    public static final List<String> STANDARD = List.of(
            "spif/nato.yaml", "spif/eu.yaml", "spif/nld.yaml", "spif/deu.yaml", "spif/fra.yaml", "spif/usa.yaml");

    private static final Set<String> NATIONS = Locale.getISOCountries(Locale.IsoCountryCode.PART1_ALPHA3);
    private static final Pattern COMMUNITY = Pattern.compile("[A-Z][A-Z0-9-]{1,31}");

    private final Map<String, Spif> byName = new TreeMap<>();
    private final Map<String, Spif> byOid = new TreeMap<>();
    private final Set<String> communities = new TreeSet<>();

    /**
     * A set of policies.
     *
     * @param spifs the policies; names and identifiers must differ
     * @param moreCommunities names that a releasability may use beside nations and the policies' own communities
     */
    public Spifs(Collection<Spif> spifs, Collection<String> moreCommunities) {
        for (Spif spif : spifs) {
            if (byName.put(spif.name(), spif) != null || byOid.put(spif.oid(), spif) != null) {
                throw new IllegalArgumentException("two SPIFs for `" + spif.name() + "`");
            }
            communities.addAll(spif.communities());
        }
        communities.addAll(moreCommunities);
    }

    /** The policies that come with the module: NATO, EU, NLD, DEU, FRA, USA. */
    public static Spifs standard() {
        Problems problems = new Problems();
        List<Spif> spifs = new ArrayList<>();
        standardFiles().forEach((path, bytes) -> {
            Yaml root = Yaml.parse(path, bytes, problems);
            Spif spif = root == null ? null : Spif.read(root, problems);
            if (spif != null) {
                spifs.add(spif);
            }
        });
        try {
            problems.throwIfAny();
        } catch (PolicyException e) {
            throw new IllegalStateException("standard SPIFs are damaged: " + e.getMessage(), e);
        }
        return new Spifs(spifs, List.of());
    }

    /** The files of {@link #standard()} by path. */
    public static Map<String, byte[]> standardFiles() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String path : STANDARD) {
            try (InputStream in = Spifs.class.getResourceAsStream("/nl/sluis/policy/" + path)) {
                if (in == null) {
                    throw new IllegalStateException("resource `" + path + "` is missing");
                }
                files.put(path, in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    /** These policies with more communities. */
    public Spifs withCommunities(Collection<String> more) {
        Set<String> all = new TreeSet<>(communities);
        all.addAll(more);
        return new Spifs(byName.values(), all);
    }

    /** All policies by name. */
    public Collection<Spif> all() {
        return List.copyOf(byName.values());
    }

    /** The policy with this short name, or null. */
    public @Nullable Spif named(String name) {
        return byName.get(name);
    }

    /** The policy with this object identifier, or null. */
    public @Nullable Spif withOid(String oid) {
        return byOid.get(oid);
    }

    /** The short names, for messages. */
    public Set<String> names() {
        return Set.copyOf(byName.keySet());
    }

    /** The communities that a releasability may name. */
    public Set<String> communities() {
        return Set.copyOf(communities);
    }

    /** Whether the text is an ISO 3166-1 alpha-3 code. */
    public static boolean isNation(String text) {
        return NATIONS.contains(text);
    }

    /** Whether the text could be the name of a community. */
    public static boolean isCommunityName(String text) {
        return COMMUNITY.matcher(text).matches() && !isNation(text);
    }

    /** The trigraph of a nation written with two letters, if that is what it is. */
    static Optional<String> trigraphOf(String digraph) {
        if (!digraph.matches("[A-Z]{2}")
                || !Locale.getISOCountries(Locale.IsoCountryCode.PART1_ALPHA2).contains(digraph)) {
            return Optional.empty();
        }
        return Optional.of(new Locale.Builder().setRegion(digraph).build().getISO3Country());
    }

    /** What is near to a nation or community that is not known, for messages. */
    public String nearestMember(String found) {
        String upper = found.toUpperCase(Locale.ROOT);
        return trigraphOf(upper).orElseGet(() -> {
            Set<String> known = new TreeSet<>(communities);
            known.addAll(NATIONS);
            return Names.nearest(upper, known);
        });
    }

    /**
     * The canonical form of a member of a releasability: nation, known community or {@code nation/tenant}.
     *
     * @return empty if it is none of these
     */
    public Optional<String> member(String text) {
        int slash = text.indexOf('/');
        String head = (slash < 0 ? text : text.substring(0, slash)).toUpperCase(Locale.ROOT);
        if (!NATIONS.contains(head) && !communities.contains(head)) {
            return Optional.empty();
        }
        if (slash < 0) {
            return Optional.of(head);
        }
        String tenant = text.substring(slash + 1);
        return OwnerId.isTenantName(tenant) ? Optional.of(head + "/" + tenant) : Optional.empty();
    }
}
