package nl.sluis.gateway.identity;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;
import nl.sluis.gateway.identity.IdentityRejected.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Says who is calling, and stops saying it the moment that is no longer true.
 *
 * <p>A caller is checked three times: in the TLS handshake ({@link #trustManager()}, also when a session is resumed),
 * when its connection is accepted ({@link #identityOf(SSLSession)}), and for as long as it stays, whenever trust,
 * revocation or time may have changed ({@link #onRevoked}).
 *
 * <p>Safe for use by many threads. {@link #reload} reads files and is not for an event loop; all else takes
 * microseconds, but the first check of a certificate, which takes milliseconds.
 */
public final class Identities {
    /**
     * How many certificates are remembered as verified. One is about 10 kB; a caller forgotten here is checked in full
     * again, and its live streams are closed at the next change, for it can't be said that they may go on.
     */
    static final int KNOWN_PATHS_MAX = 4096;

    private final Path trustFolder;
    private final CertificateRules rules;
    private final Predicate<TenantId> admitted;
    private final Clock clock;
    private final List<RevocationListener> revocationListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<IdentityRejected>> rejectionListeners = new CopyOnWriteArrayList<>();
    private final Map<String, VerifiedPath> knownPaths = new LeastRecentlyUsed();
    private final Object reloading = new Object();
    private volatile TrustDomains trust;
    private volatile Set<Revocation> revocations = Set.of();

    private Identities(
            Path trustFolder, CertificateRules rules, Predicate<TenantId> admitted, Clock clock, TrustDomains trust) {
        this.trustFolder = trustFolder;
        this.rules = rules;
        this.admitted = admitted;
        this.clock = clock;
        this.trust = trust;
    }

    /**
     * Loads the trust folder.
     *
     * @param trustFolder one folder per nation, as {@code trust/<nation>/{trust-domain.txt,root.pem,issuing.pem,crl/*.pem}}
     * @param rules which keys and signatures are strong enough
     * @param admitted whether a tenant takes part; asked at every check, so it may change its mind
     * @param clock the time certificates and lists are judged by
     * @throws IOException if the trust folder cannot be listed; what is wrong inside it is in {@link #problems()}
     */
    public static Identities open(Path trustFolder, CertificateRules rules, Predicate<TenantId> admitted, Clock clock)
            throws IOException {
        return new Identities(
                trustFolder, rules, admitted, clock, TrustDomains.load(trustFolder, rules, clock.instant(), null));
    }

    /** What is wrong in the trust folder as last loaded; a careful operator starts only without any. */
    public List<TrustProblem> problems() {
        return trust.problems();
    }

    /** The trust manager for the partner port. */
    public X509ExtendedTrustManager trustManager() {
        return new PartnerTrustManager(this);
    }

    /**
     * Whom an accepted connection belongs to. To be asked for every connection: a resumed TLS 1.3 session reaches the
     * gateway without any certificate check of the handshake where the TLS engine does not offer one.
     */
    public CallerIdentity identityOf(SSLSession session) throws IdentityRejected {
        Certificate[] certificates;
        try {
            certificates = session.getPeerCertificates();
        } catch (SSLPeerUnverifiedException e) {
            throw rejected(new IdentityRejected(Reason.NO_CERTIFICATE, "the session has no certificate"));
        }
        return identityOf(List.of(certificates));
    }

    /** Whom a certificate chain, the caller's own first, belongs to. */
    public CallerIdentity identityOf(List<? extends Certificate> chain) throws IdentityRejected {
        List<X509Certificate> certificates = new ArrayList<>(chain.size());
        for (Certificate certificate : chain) {
            if (!(certificate instanceof X509Certificate x509)) {
                throw rejected(
                        new IdentityRejected(Reason.MALFORMED, "certificate type: `" + certificate.getType() + "`"));
            }
            certificates.add(x509);
        }
        try {
            return check(certificates);
        } catch (IdentityRejected e) {
            throw rejected(e);
        }
    }

    /**
     * Whom the certificate of a signature belongs to: trusted as a caller's is, whether or not the tenant takes part yet.
     */
    public CallerIdentity signerOf(X509Certificate certificate) throws IdentityRejected {
        TrustDomains current = trust;
        Instant now = clock.instant();
        VerifiedPath path = PathVerifier.verify(List.of(certificate), current, rules, now);
        checkTrust(path, current);
        return path.caller();
    }

    /**
     * Reads the trust folder again; connections go on, those that are no longer trusted are named to the listeners. Where
     * a revocation list can't be read or is older than the one held, the one held stays in use until it ends.
     *
     * @return what is wrong in the folder now
     * @throws IOException if the trust folder cannot be listed; then all stays as it was
     */
    public List<TrustProblem> reload() throws IOException {
        synchronized (reloading) {
            trust = TrustDomains.load(trustFolder, rules, clock.instant(), trust);
        }
        sweep();
        return problems();
    }

    /**
     * Shuts out at once what an officer names.
     *
     * @return completes with the number of streams that were live and have ended
     */
    public CompletionStage<Integer> revoke(Revocation revocation) {
        synchronized (reloading) {
            Set<Revocation> more = new HashSet<>(revocations);
            more.add(revocation);
            revocations = Set.copyOf(more);
        }
        return tell(revocation::covers);
    }

    /** Replaces all that officers have shut out: at start, and when another node of this gateway has changed it. */
    public void setRevocations(Set<Revocation> all) {
        synchronized (reloading) {
            revocations = Set.copyOf(all);
        }
        sweep();
    }

    /** Whether an officer has shut out a whole tenant. */
    public boolean isShutOut(TenantId tenant) {
        return revocations.stream()
                .map(revocation -> revocation instanceof Revocation.WithinNation within
                        ? within.nation().equals(tenant.nation()) ? within.what() : revocation
                        : revocation)
                .anyMatch(new Revocation.OfTenant(tenant)::equals);
    }

    /** What officers have shut out. */
    public Set<Revocation> revocations() {
        return revocations;
    }

    /**
     * Names to the listeners everyone who may no longer stay. To be called a few times a second, for time ends
     * certificates and lists, and whenever the tenant list has changed.
     */
    public void sweep() {
        var unused = tell(caller -> !mayStay(caller));
    }

    /** True while nothing speaks against a caller that was accepted before. */
    public boolean mayStay(CallerIdentity caller) {
        return objection(caller).isEmpty();
    }

    /** What speaks against a caller that was accepted before, at this moment. */
    public Optional<Reason> objection(CallerIdentity caller) {
        VerifiedPath path = known(caller.certificateSha256());
        if (path == null) {
            return Optional.of(Reason.NO_PATH);
        }
        try {
            checkNow(path, trust);
            return Optional.empty();
        } catch (IdentityRejected e) {
            return Optional.of(e.reason());
        }
    }

    /** Whose certificate this is, as far as it was shown here since the start. */
    public Optional<TenantId> tenantOf(String certificateSha256) {
        return Optional.ofNullable(known(certificateSha256))
                .map(path -> path.caller().tenant());
    }

    /**
     * Calls the listener, on the thread that made the change, whenever callers may have to go.
     *
     * @return closes the registration
     */
    public Registration onRevoked(RevocationListener listener) {
        revocationListeners.add(listener);
        return () -> revocationListeners.remove(listener);
    }

    /** Calls the listener, on an event loop, with every refusal: for logs and metrics. It must return at once. */
    public Registration onRejected(Consumer<IdentityRejected> listener) {
        rejectionListeners.add(listener);
        return () -> rejectionListeners.remove(listener);
    }

    private CallerIdentity check(List<X509Certificate> chain) throws IdentityRejected {
        TrustDomains current = trust;
        Instant now = clock.instant();
        String fingerprint = chain.isEmpty() ? "" : PathVerifier.fingerprint(chain.get(0));
        VerifiedPath path = known(fingerprint);
        if (path == null || path.domain(current).isEmpty()) {
            path = PathVerifier.verify(chain, current, rules, now);
        }
        checkNow(path, current);
        synchronized (knownPaths) {
            knownPaths.put(fingerprint, path);
        }
        return path.caller();
    }

    private void checkNow(VerifiedPath path, TrustDomains current) throws IdentityRejected {
        checkTrust(path, current);
        TenantId tenant = path.caller().tenant();
        if (!admitted.test(tenant)) {
            throw new IdentityRejected(Reason.UNKNOWN_TENANT, "tenant `" + tenant + "` does not take part");
        }
    }

    private void checkTrust(VerifiedPath path, TrustDomains current) throws IdentityRejected {
        CallerIdentity caller = path.caller();
        PathVerifier.checkStatus(path, current, clock.instant());
        for (Revocation revocation : revocations) {
            if (revocation.covers(caller)) {
                throw new IdentityRejected(Reason.REVOKED_BY_OFFICER, "shut out by `" + revocation + "`");
            }
        }
    }

    private @Nullable VerifiedPath known(String fingerprint) {
        synchronized (knownPaths) {
            return knownPaths.get(fingerprint);
        }
    }

    private CompletionStage<Integer> tell(Predicate<CallerIdentity> mustLeave) {
        CompletionStage<Integer> ended = CompletableFuture.completedFuture(0);
        for (RevocationListener listener : revocationListeners) {
            ended = ended.thenCombine(listener.shutOut(mustLeave), Integer::sum);
        }
        return ended;
    }

    private IdentityRejected rejected(IdentityRejected rejection) {
        rejectionListeners.forEach(listener -> listener.accept(rejection));
        return rejection;
    }

    /** Closes connections. */
    @FunctionalInterface
    public interface RevocationListener {
        /**
         * Closes every connection whose caller the test names; must not block.
         *
         * @return completes with the number of streams that have ended
         */
        CompletionStage<Integer> shutOut(Predicate<CallerIdentity> test);
    }

    /** Ends a registration. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** Verified paths by fingerprint; the least recently asked for leaves first. */
    private static final class LeastRecentlyUsed extends LinkedHashMap<String, VerifiedPath> {
        private static final long serialVersionUID = 1L;

        LeastRecentlyUsed() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, VerifiedPath> eldest) {
            return size() > KNOWN_PATHS_MAX;
        }
    }
}
