package nl.sluis.gateway.identity;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;

/** The PKI of this package's tests: two nations, three tenants, a seed, and all bad certificates. */
public final class TestPki {
    public static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

    private TestPki() {}

    public static DevelopmentPki make(Path folder, Clock clock, boolean withBad) throws IOException {
        PkiRequest request = PkiRequest.of(
                        "nld",
                        PkiRequest.Tenant.parse("nld/ssa-centre:contributor,subscriber"),
                        PkiRequest.Tenant.parse("nld/second:subscriber"),
                        PkiRequest.Tenant.parse("deu/radar-site:contributor"))
                .withOfficers(PkiRequest.Officer.parse("nld/ssa-centre:first"));
        return DevelopmentPki.create(withBad ? request.withBadCertificates() : request, folder, clock, seeded(42));
    }

    private static SecureRandom seeded(long seed) {
        try {
            SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
            random.setSeed(seed);
            return random;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
