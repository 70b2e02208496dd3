package nl.sluis.gateway;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import nl.sluis.gateway.audit.Arrivals;
import nl.sluis.gateway.audit.AuditException;
import nl.sluis.gateway.audit.AuditLog;
import nl.sluis.gateway.audit.ContributionAccounts;
import nl.sluis.gateway.audit.TreeHeadSigner;
import nl.sluis.gateway.fusion.Forces;
import nl.sluis.gateway.fusion.Fusion;
import nl.sluis.gateway.fusion.OrderedFits;
import nl.sluis.gateway.fusion.SensorCalibrations;
import nl.sluis.gateway.fusion.SharedFits;
import nl.sluis.gateway.hazard.CatalogueScreening;
import nl.sluis.gateway.hazard.Hazards;
import nl.sluis.gateway.hazard.OneOnAll;
import nl.sluis.gateway.hazard.TrajectoryScreening;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.CertificateRules;
import nl.sluis.gateway.identity.Identities;
import nl.sluis.gateway.identity.IdentityRejected;
import nl.sluis.gateway.identity.Role;
import nl.sluis.gateway.identity.RpcPermissions;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.identity.TrustProblem;
import nl.sluis.gateway.ingest.ContributionChanges;
import nl.sluis.gateway.ingest.ContributionIngest;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.Thresholds;
import nl.sluis.gateway.officer.Bundles;
import nl.sluis.gateway.officer.Decisions;
import nl.sluis.gateway.officer.Explanations;
import nl.sluis.gateway.officer.Tenants;
import nl.sluis.gateway.officer.WithdrawalList;
import nl.sluis.gateway.release.DecisionLog;
import nl.sluis.gateway.release.DeliveryLog;
import nl.sluis.gateway.release.PolicyChanges;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.gateway.release.Releases;
import nl.sluis.gateway.release.SecondDecider;
import nl.sluis.gateway.release.SignedFiles;
import nl.sluis.gateway.release.Signer;
import nl.sluis.gateway.release.Variants;
import nl.sluis.gateway.release.WithdrawnContributions;
import nl.sluis.gateway.rpc.AuditMethods;
import nl.sluis.gateway.rpc.CatalogueMethods;
import nl.sluis.gateway.rpc.CertificateCallers;
import nl.sluis.gateway.rpc.FusionMethods;
import nl.sluis.gateway.rpc.GatewayMethods;
import nl.sluis.gateway.rpc.Methods;
import nl.sluis.gateway.rpc.PartnerLimits;
import nl.sluis.gateway.rpc.PartnerMetrics;
import nl.sluis.gateway.rpc.PartnerPort;
import nl.sluis.gateway.rpc.PartnerServer;
import nl.sluis.gateway.rpc.ServerCertificate;
import nl.sluis.gateway.rpc.Serving;
import nl.sluis.gateway.rpc.TenantMethods;
import nl.sluis.gateway.rpc.TenantQuota;
import nl.sluis.gateway.rpc.TlsEngine;
import nl.sluis.gateway.rpc.TlsOptions;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Node;
import nl.sluis.gateway.store.Retention;
import nl.sluis.gateway.store.Stage;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.gateway.store.TaskQueue;
import nl.sluis.gateway.stream.Catalogue;
import nl.sluis.gateway.stream.LiveSubscriptions;
import nl.sluis.gateway.stream.Withdrawals;
import nl.sluis.gateway.web.AdminServer;
import nl.sluis.gateway.web.AdminTls;
import nl.sluis.gateway.web.HealthCheck;
import nl.sluis.gateway.web.HealthCheck.State;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.data.Coverage;
import nl.sluis.orbit.data.DataException;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.Surface;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.decide.Coarsening;
import nl.sluis.policy.decide.QuotaLedger;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.Label;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway: all parts put together. Data moves left to right and never back: ingest, fusion, hazards, release, stream,
 * each reading one log and writing the next.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** Tables that end sooner are reported by health, so that an operator can renew them in time. */
    private static final Duration TABLES_LEFT_MIN = Duration.ofDays(30);

    /**
     * How long a displaced orbit stays where it is. Each further bucket is one more sample around the true orbit: after a
     * year the mean of all is as good as half the tier's sigma.
     */
    private static final Duration COARSENING_BUCKET = Duration.ofDays(90);

    /** Withdrawals and new labels that wait: each may read the whole log, so more would only wait longer. */
    private static final int CHANGES_WAITING_MAX = 16;

    /** Catalogue queries at a time: they may compute trajectories, and streams go first. */
    private static final int QUERIES_AT_ONCE = 1;

    /** A stricter policy holds within a second: half of it to be seen, half to be proved and compiled. */
    private static final Duration POLICY_LOOK_INTERVAL = Duration.ofMillis(500);

    static final String FUSION = "fusion";
    static final String HAZARD = "hazard";
    static final String RELEASE = "release";
    private static final List<String> DUTIES = List.of(FUSION, HAZARD, RELEASE);

    /** A certificate that ends sooner is reported by health. */
    private static final Duration CERTIFICATE_LEFT_MIN = Duration.ofDays(30);

    private static final Duration SWEEP_INTERVAL = Duration.ofMillis(250);

    /** A listener that does not take a new certificate by then is at fault; the old one is served on. */
    private static final Duration RELOAD_TIME_MAX = Duration.ofSeconds(10);

    /** How often is looked whether an orbit is due to be screened again, or an encounter has passed. */
    private static final Duration SCREENING_LOOK_INTERVAL = Duration.ofSeconds(1);

    /** Between two signed heads of the whole audit log: what is cut off before the next start shows up from then on. */
    private static final Duration TREE_HEAD_INTERVAL = Duration.ofMinutes(1);

    private final GatewayConfig config;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Serving serving = new Serving();
    private final Journal journal;
    private final PolicyInForce policy;
    private final PolicyChanges changes;
    private final Path policyFolder;
    private final AuditLog audit;
    private final Identities identities;
    private final ExecutorService fits;
    private final ExecutorService workers;
    private final ExecutorService deliverer;
    private final ExecutorService changer;
    private final ExecutorService queries;
    private final ScheduledExecutorService timer;
    private final ScheduledExecutorService policyWatch;
    private final Node node;
    private final Optional<TaskQueue> tasks;
    private final LogTrimming trimming;
    private final LiveSubscriptions subscriptions;
    private final WithdrawnContributions withdrawn;
    private final Tenants tenants;
    private final Arrivals arrivals;
    private final ContributionAccounts accounts;
    private final Reloads reloads = new Reloads(meters);
    private final Variants variants;
    private volatile @Nullable Releases releases;
    private volatile @Nullable Fusion fusion;
    private final Vertx vertx;
    private final PartnerServer partners;
    private final AdminServer admin;
    private SignedFiles policySeen;
    private volatile ServerCertificate certificate;
    private int partnerPort;
    private int adminPort;

    /**
     * Opens a gateway: reads everything it needs, so that what is missing or broken fails the start.
     *
     * @param config the configuration
     * @param base folder that relative paths of the configuration start from
     * @param clock the gateway's clock, UTC
     * @throws ConfigException where a folder, key, policy or table is missing or broken
     */
    public static Gateway open(GatewayConfig config, Path base, Clock clock) throws ConfigException {
        try {
            return new Gateway(config, base, clock, new SecureRandom());
        } catch (PolicyException e) {
            throw new ConfigException("policy folder `" + config.policyFolder() + "`: " + e.getMessage(), e);
        } catch (StoreException | AuditException | DataException | IllegalStateException e) {
            throw new ConfigException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new ConfigException("start: " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        }
    }

    private Gateway(GatewayConfig config, Path base, Clock clock, SecureRandom random)
            throws IOException, PolicyException, ConfigException {
        this.config = config;
        Coverage coverage = OrekitData.coverage();
        Path data = base.resolve(config.dataFolder());
        Files.createDirectories(data);
        SecretFiles secrets = new SecretFiles(data, random);
        KeyPair signingKey = secrets.signingKey();
        ConfiguredStore store = new ConfiguredStore(config, base);
        Map<LogName, Retention> retention = store.retention();
        journal = store.open(clock);
        trimming = new LogTrimming(journal, retention, meters);
        if (journal.shared()) {
            requireSameKeys(secrets);
        }
        fits = threads("sluis-fit", config.fusion().threads());
        workers = threads("sluis-worker", Runtime.getRuntime().availableProcessors());
        deliverer = threads("sluis-deliveries", 1);
        changer = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(CHANGES_WAITING_MAX),
                task -> daemon("sluis-changes", task));
        queries = threads("sluis-query", QUERIES_AT_ONCE);
        timer = Executors.newSingleThreadScheduledExecutor(task -> daemon("sluis-timer", task));
        // of its own: the proof of a change must not hold up the sweep of revoked callers
        policyWatch = Executors.newSingleThreadScheduledExecutor(task -> daemon("sluis-policy", task));

        audit = AuditLog.open(journal, new TreeHeadSigner(signingKey), clock);
        arrivals = new Arrivals(audit, clock);
        DecisionLog decisions = new DecisionLog(journal, clock);
        SecondDecider secondDecider = new SecondDecider(config.policy().secondDecider(), meters);
        policy = new PolicyInForce(clock, decisions, secondDecider);
        identities = Identities.open(
                base.resolve(config.trustFolder()),
                CertificateRules.DEFAULT,
                tenant -> policy.tenant(tenant).isPresent(),
                clock);
        policyFolder = base.resolve(config.policyFolder());
        changes = new PolicyChanges(
                policy, journal, this::signer, config.hostNation(), config.policyUnsignedAllowed(), clock, meters);
        policySeen = PolicyFolder.signed(policyFolder);
        changes.open(policySeen);

        ContributionIngest ingest = new ContributionIngest(journal, policy::bundle, coverage, workers, clock, meters);
        String nodeName = HexFormat.of().toHexDigits(random.nextLong());
        node = new Node(journal, nodeName, System::nanoTime, changes::appliedPosition);
        int observationsMax = observationsMax(config);
        tasks = journal.tasks(nodeName, fits);
        tasks.ifPresent(queue -> {
            for (int i = 0; i < TaskQueue.PARTITIONS; i++) {
                int partition = i;
                String duty = "fits-" + partition;
                node.add(
                        duty,
                        token -> queue.worker(
                                duty,
                                token,
                                partition,
                                new OrderedFits(
                                        policy,
                                        new Fusion(policy, forces(config), observationsMax, fits, journal, meters),
                                        journal)));
            }
        });
        node.add(FUSION, token -> {
            Fusion work = new Fusion(
                    policy,
                    forces(config),
                    observationsMax,
                    fits,
                    tasks.map(queue -> new SharedFits(queue, token)),
                    journal,
                    meters);
            fusion = work;
            return new Stage(FUSION, token, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, work, ingest::isPressed);
        });
        Thresholds thresholds = thresholds(config);
        MissThresholds distances = distances(config);
        ObjectSizes sizes = sizes(config, base);
        CatalogueScreening screening = new CatalogueScreening(
                config.screening().window(), distances, config.screening().threads(), meters);
        node.add(
                HAZARD,
                token -> new Stage(
                        HAZARD,
                        token,
                        journal,
                        LogName.SOLUTIONS,
                        LogName.PRODUCTS,
                        new Hazards(
                                screening,
                                new OneOnAll(config.screening().window(), distances, meters),
                                sizes,
                                audience -> policy.audience(new AudienceId(audience))
                                        .map(thresholds::of)
                                        .orElse(thresholds),
                                this::joined,
                                clock,
                                journal)));
        withdrawn = new WithdrawnContributions(journal, workers);
        node.add(RELEASE, token -> {
            Releases work = new Releases(policy, decisions, withdrawn, journal, clock, timer, meters);
            releases = work;
            return new Stage(RELEASE, token, journal, LogName.PRODUCTS, LogName.RELEASED, work);
        });
        variants = new Variants(
                policy,
                new Signer(signingKey.getPrivate(), signingKey.getPublic()),
                new Coarsening(secrets.coarseningKey(), COARSENING_BUCKET.toSeconds()),
                thresholds,
                withdrawn,
                journal,
                workers,
                random,
                meters);
        DeliveryLog deliveries = new DeliveryLog(audit, clock, deliverer);
        Withdrawals withdrawals = new Withdrawals(journal, workers, clock);
        subscriptions = new LiveSubscriptions(
                journal,
                policy,
                variants,
                withdrawals,
                this::quotasLeft,
                deliveries,
                secrets.cursorKey(),
                clock,
                node::isConfirmed);

        PartnerPort port = new PartnerPort(
                config.partnerPort().host(),
                config.partnerPort().port(),
                config.partnerPort().eventLoops());
        vertx = Vertx.vertx(port.vertxOptions());
        RpcPermissions permissions = RpcPermissions.standard();
        tenants = new Tenants(policy, identities, journal, audit, config.hostNation(), workers, clock);
        Methods.Builder methods = new GatewayMethods(
                        ingest,
                        new ContributionChanges(journal, policy::bundle, changer, clock),
                        new Decisions(journal, policy, config.hostNation()),
                        new Bundles(policy, changes, clock),
                        withdrawals,
                        new WithdrawalList(journal, policy, config.hostNation()),
                        workers)
                .table();
        new CatalogueMethods(
                        new Catalogue(
                                subscriptions,
                                variants,
                                deliveries,
                                (trajectory, released, thresholdM) ->
                                        TrajectoryScreening.screen(trajectory, released, thresholdM, sizes),
                                thresholds),
                        tenant -> policy.tenant(tenant)
                                .map(entry -> entry.quotas().get(Tenant.TRAJECTORIES_PER_H))
                                .orElse(CatalogueMethods.TRAJECTORIES_PER_HOUR),
                        queries,
                        clock)
                .register(methods);
        new FusionMethods(
                        ingest,
                        new SensorCalibrations(journal, policy, withdrawn::includesOneOf),
                        new Explanations(journal, policy, config.hostNation()),
                        () -> node.stage(FUSION).flatMap(running -> Optional.ofNullable(fusion)),
                        queries)
                .register(methods);
        new AuditMethods(audit, caller -> isHostsAuditor(policy, caller), workers).register(methods);
        new TenantMethods(policy, tenants, clock).register(methods);
        OwnCertificate own = new OwnCertificate(config.certificate(), base);
        certificate = own.read(clock.instant());
        TlsOptions tls = new TlsOptions(() -> certificate, identities.trustManager(), TlsEngine.best(), clock);
        TenantQuota quota = quota(config);
        partners = new PartnerServer(
                vertx,
                port,
                limits(config),
                tls,
                new CertificateCallers(
                        identities,
                        caller -> arrivals.connected(caller.tenant().toString(), caller.certificateSha256())),
                (caller, method) -> permissions.mayCall(method, rolesOf(policy, caller)),
                tenant -> quota(policy, quota, tenant),
                methods,
                subscriptions,
                serving,
                new PartnerMetrics(meters),
                () -> HexFormat.of().toHexDigits(random.nextLong()));
        identities.onRevoked(new ShutOut(identities, partners, audit, clock));
        accounts = new ContributionAccounts(journal, clock);
        identities.onRejected(refused -> arrivals.turnedAway(refused.reason().name()));
        reloads.watch("trust", List.of(base.resolve(config.trustFolder())), this::reloadTrust);
        reloads.watch("certificate", own.files(), () -> renewCertificate(own.read(clock.instant())));
        audit.enterPolicy(policy.bundle().digestHex(), policy.bundle().header().version());
        admin = new AdminServer(
                vertx,
                config.adminPort().host(),
                config.adminPort().port(),
                config.adminPort()
                        .tls()
                        .map(files -> new AdminTls(
                                base.resolve(files.chain()),
                                base.resolve(files.key()),
                                base.resolve(files.clientAuthorities()))),
                checks(coverage, clock, secondDecider),
                meters);
        measure();
        policy.onChange(this::policyChanged);
        LOG.info(
                "gateway opened, tenants={} audiences={}",
                policy.bundle().tenants().size(),
                policy.bundle().audiences().size());
    }

    private static Thresholds thresholds(GatewayConfig config) throws ConfigException {
        try {
            return new Thresholds(
                    config.screening().observeProbability(), config.screening().criticalProbability());
        } catch (IllegalArgumentException e) {
            throw new ConfigException("screening.observe-probability, critical-probability: " + e.getMessage(), e);
        }
    }

    private static MissThresholds distances(GatewayConfig config) throws ConfigException {
        try {
            return new MissThresholds(
                    config.screening().thresholdM(), config.screening().thresholdsM());
        } catch (IllegalArgumentException e) {
            throw new ConfigException("screening.threshold-m, thresholds-m: " + e.getMessage(), e);
        }
    }

    private static ObjectSizes sizes(GatewayConfig config, Path base) throws ConfigException {
        if (config.screening().objectSizes().isEmpty()) {
            return ObjectSizes.NONE;
        }
        String file = config.screening().objectSizes().get();
        try {
            return ObjectSizes.read(Files.readString(base.resolve(file)));
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException("screening.object-sizes `" + file + "`: " + e.getMessage(), e);
        }
    }

    private Optional<CallerIdentity> signer(X509Certificate certificate) {
        try {
            return Optional.of(identities.signerOf(certificate));
        } catch (IdentityRejected e) {
            LOG.warn("signature of a bundle counts for nobody: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Label> joined(List<Label> sources) {
        try {
            List<SecurityLabel> labels = new ArrayList<>();
            for (Label source : sources) {
                labels.add(policy.bundle().label(source));
            }
            return Optional.of(SecurityLabel.join(labels).toProto());
        } catch (LabelException e) {
            LOG.error("labels can't be joined, nothing is made of both, reason={}", e.reason());
            return Optional.empty();
        }
    }

    /** Quotas are counted where products are released; another node tells nothing of them. */
    private List<QuotaLedger.Left> quotasLeft(Audience audience) {
        Releases here = releases;
        return here == null ? List.of() : here.quotasLeft(audience);
    }

    /** Everything that is sent is decided anew anyway; what is left is whom to end, and what to make and release now. */
    private void policyChanged(PolicyBundle before, PolicyBundle now) {
        audit.enterPolicy(now.digestHex(), now.header().version());
        identities.sweep();
        variants.policyChanged();
        subscriptions.policyChanged(now.header().version());
        partners.closeWhere(
                caller -> subscribes(before, caller) && !subscribes(now, caller),
                ClosingReason.CLOSING_REASON_PERMISSION);
        node.stages().forEach(Stage::wake);
        Releases here = releases;
        if (here != null && node.stage(RELEASE).isPresent()) {
            here.decideAgain();
        }
    }

    private static boolean subscribes(PolicyBundle bundle, CallerIdentity caller) {
        return PolicyInForce.audience(bundle, caller.tenant())
                .filter(PolicyInForce::isSubscriber)
                .isPresent();
    }

    /** Takes over what another node brought into force. Not for a thread that others wait for. */
    private void followPolicy() {
        try {
            changes.follow();
        } catch (StoreException e) {
            // asked again at the next look; until then the node's lease runs out, and it sends nothing
            LOG.debug("policies log does not answer", e);
        } catch (PolicyException | RuntimeException e) {
            changes.reject(e);
        }
    }

    /** Looks whether the policy folder holds another bundle, and brings that into force. Not for the timer's thread. */
    private void lookForPolicy() {
        followPolicy();
        try {
            SignedFiles found = PolicyFolder.signed(policyFolder);
            if (!found.isSameAs(policySeen)) {
                policySeen = found;
                changes.propose(found);
            }
        } catch (PolicyException | IOException | RuntimeException e) {
            changes.reject(e);
        }
    }

    /** What a caller may do is what its certificate names and its entry in the tenant list grants. */
    private static Set<Role> rolesOf(PolicyInForce policy, CallerIdentity caller) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        policy.tenant(caller.tenant())
                .ifPresent(tenant -> caller.roles().stream()
                        .filter(role -> tenant.roles().stream()
                                .anyMatch(granted -> granted.word().equals(role.word())))
                        .forEach(roles::add));
        return roles;
    }

    static PartnerLimits limits(GatewayConfig config) {
        GatewayConfig.Limits limits = config.limits();
        return new PartnerLimits(
                limits.messageBytes(),
                limits.decompressionRatio(),
                limits.subscribeRequestBytes(),
                limits.itemsInFlight(),
                limits.batchBytes(),
                limits.unsentBytes(),
                limits.streamsPerConnection(),
                limits.headerBytes(),
                limits.continuationFrames(),
                limits.resets(),
                limits.resetWindow(),
                limits.handshakeTime(),
                limits.idleTime(),
                limits.requestTime(),
                config.streams().heartbeat(),
                config.streams().stall(),
                PartnerLimits.defaults().closeWindow(),
                limits.pingInterval(),
                limits.pingTime());
    }

    static TenantQuota quota(GatewayConfig config) {
        return new TenantQuota(
                config.limits().tenantConnections(),
                config.limits().tenantMessagesPerS(),
                config.limits().tenantBytesPerS(),
                config.limits().tenantUnfinishedBytes());
    }

    /** A tenant's own entry in the list of tenants goes before what holds for all. */
    private static TenantQuota quota(PolicyInForce policy, TenantQuota all, TenantId tenant) {
        return policy.tenant(tenant).map(entry -> all.with(entry.quotas())).orElse(all);
    }

    private boolean isHostsAuditor(PolicyInForce policy, CallerIdentity caller) {
        return caller.tenant().nation().equals(config.hostNation())
                && rolesOf(policy, caller).contains(Role.AUDITOR);
    }

    private static int observationsMax(GatewayConfig config) throws ConfigException {
        int max = config.fusion().observationsMax();
        if (max < 1) {
            throw new ConfigException("fusion.observations-max: `" + max + "` (expected: at least 1)");
        }
        return max;
    }

    private static Forces forces(GatewayConfig config) {
        Map<String, GatewayConfig.ObjectSettings> objects = config.fusion().objects();
        return (object, reference) -> forces(objects.get(object.text()), reference);
    }

    private static ForceModel forces(GatewayConfig.@Nullable ObjectSettings settings, OrbitState reference) {
        ForceModel forces = ForceModel.forOrbit(reference);
        if (settings == null) {
            return forces;
        }
        if (!settings.drag()) {
            forces = forces.withoutDrag();
        }
        if (settings.massKg().isPresent()) {
            forces = forces.withMassKg(settings.massKg().getAsDouble());
        }
        if (settings.srpAreaM2().isPresent() && settings.srpCoefficient().isPresent()) {
            forces = forces.withSolarPressure(Surface.known(
                    settings.srpAreaM2().getAsDouble(),
                    settings.srpCoefficient().getAsDouble()));
        }
        if (settings.empiricalAccelerationDegree().isPresent()) {
            forces = forces.withEmpiricalAcceleration(
                    settings.empiricalAccelerationDegree().getAsInt());
        }
        return forces;
    }

    private List<HealthCheck> checks(Coverage coverage, Clock clock, SecondDecider secondDecider) {
        List<HealthCheck> checks = new ArrayList<>();
        checks.add(
                new HealthCheck("serving", () -> serving.isServing() ? State.well() : State.notReady("not serving")));
        checks.add(new HealthCheck(
                "journal",
                () -> journal.failure()
                        .map(failure -> State.notReady(failure.code().name()))
                        .orElseGet(State::well)));
        checks.add(new HealthCheck(
                "epoch", () -> node.isConfirmed() ? State.well() : State.notReady("epoch unconfirmed")));
        for (String duty : DUTIES) {
            checks.add(new HealthCheck(
                    "stage-" + duty,
                    () -> node.stage(duty).map(Gateway::state).orElseGet(() -> new State(true, "on another node"))));
        }
        checks.add(new HealthCheck("physical-tables", () -> {
            Duration left = coverage.remaining(clock.instant());
            if (left.isNegative()) {
                return State.notReady("ended " + coverage.until());
            }
            return left.compareTo(TABLES_LEFT_MIN) < 0 ? new State(true, "end " + coverage.until()) : State.well();
        }));
        checks.add(new HealthCheck("policy", () -> {
            if (changes.left().isNegative() || changes.left().isZero()) {
                return State.notReady(
                        "bundle ended " + policy.bundle().header().validUntil() + ", nothing is released");
            }
            if (changes.problem().isPresent()) {
                return new State(true, "a bundle was rejected, the log says why");
            }
            long alarms = secondDecider.alarms();
            return alarms == 0
                    ? State.well()
                    : new State(true, alarms + " decisions withheld: they failed, or two deciders disagreed");
        }));
        checks.add(new HealthCheck("trust", () -> {
            List<TrustProblem> problems = identities.problems();
            return problems.isEmpty()
                    ? State.well()
                    : new State(true, problems.size() + " problems in the trust folder, first " + problems.get(0));
        }));
        checks.add(new HealthCheck("certificate", () -> {
            Instant now = clock.instant();
            Instant ends = certificate.ends();
            Optional<String> problem = reloads.problem("certificate");
            if (!now.isBefore(ends)) {
                return State.notReady("ended " + ends);
            }
            if (problem.isPresent()) {
                return new State(true, "changed files are not used: " + problem.get());
            }
            Optional<Instant> stapledUntil = certificate.staple().map(ServerCertificate.Staple::until);
            if (stapledUntil.filter(until -> !now.isBefore(until)).isPresent()) {
                return new State(true, "OCSP response ended " + stapledUntil.get() + ", none is stapled");
            }
            return Duration.between(now, ends).compareTo(CERTIFICATE_LEFT_MIN) < 0
                    ? new State(true, "ends " + ends)
                    : State.well();
        }));
        return checks;
    }

    /** Labels and cursors of one gateway must hold at the others that share its journal. */
    private void requireSameKeys(SecretFiles secrets) throws IOException, ConfigException {
        NewEntry keys = NewEntry.keyed("keys", secrets.fingerprint()).withClientId("keys");
        try {
            journal.append(LogName.CURSORS, keys).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StoreException failure) {
                if (failure.code() == StoreException.Code.CLIENT_ID_REUSED) {
                    throw new ConfigException(
                            "data folder `" + config.dataFolder() + "`: its keys are not those of the journal"
                                    + " (expected: signing.pk8, signing.pub.pem,"
                                    + " cursor.key and coarsening.key of its first"
                                    + " gateway)",
                            failure);
                }
                throw failure;
            }
            throw e;
        }
    }

    private static State state(Stage stage) {
        return stage.fatal()
                .map(failure -> State.notReady("stopped: " + failure.getClass().getSimpleName()))
                .orElseGet(() -> stage.failures() == 0
                        ? State.well()
                        : new State(true, stage.failures() + " entries passed over"));
    }

    private void signTreeHead() {
        try {
            audit.treeHead(AuditLog.WHOLE);
        } catch (StoreException | CompletionException e) {
            LOG.warn("tree head not signed yet, reason={}", e.getMessage());
        }
    }

    private void measure() {
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        for (String duty : DUTIES) {
            Gauge.builder(
                            "sluis.stage.position",
                            node,
                            at -> at.stage(duty).map(Stage::position).orElse(0L))
                    .description("entries handled; 0 where another node runs the stage")
                    .tag("stage", duty)
                    .register(meters);
            Gauge.builder(
                            "sluis.stage.failures",
                            node,
                            at -> at.stage(duty).map(Stage::failures).orElse(0L))
                    .description("entries passed over")
                    .tag("stage", duty)
                    .register(meters);
        }
    }

    /** Starts all parts and listens. */
    public void start() throws ConfigException {
        withdrawn.start();
        node.start();
        subscriptions.start();
        try {
            adminPort = admin.start().toCompletableFuture().join();
            partnerPort = partners.start().toCompletableFuture().join();
        } catch (CompletionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new ConfigException("ports: " + cause.getMessage(), cause);
        }
        var unused = timer.scheduleWithFixedDelay(
                identities::sweep, SWEEP_INTERVAL.toMillis(), SWEEP_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        unused = policyWatch.scheduleWithFixedDelay(
                this::lookForPolicy,
                POLICY_LOOK_INTERVAL.toMillis(),
                POLICY_LOOK_INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
        journal.onGrowth(LogName.POLICIES, watermark -> policyWatch.execute(this::followPolicy));
        every(config.store().trimInterval(), () -> workers.execute(trimming));
        every(Arrivals.ENTRY_INTERVAL, arrivals::enter);
        // by one node at a time: the one that releases
        every(
                ContributionAccounts.ENTRY_INTERVAL,
                () -> workers.execute(() -> node.token(RELEASE).ifPresent(accounts::enter)));
        every(SCREENING_LOOK_INTERVAL, () -> node.stage(HAZARD).ifPresent(Stage::wake));
        every(TREE_HEAD_INTERVAL, () -> workers.execute(this::signTreeHead));
        reloads.start();
        LOG.info("gateway started, partner_port={} admin_port={} tls={}", partnerPort, adminPort, TlsEngine.best());
    }

    /** TCP port of the partner port. */
    public int partnerPort() {
        return partnerPort;
    }

    private void every(Duration interval, Runnable task) {
        var unused =
                timer.scheduleWithFixedDelay(task, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** TCP port of the operator's port. */
    public int adminPort() {
        return adminPort;
    }

    /** Version of the policy bundle in force; 0 where it has none. */
    public long policyVersion() {
        return policy.bundle().header().version();
    }

    /** True where everything contributed so far has gone through all stages. */
    public boolean idle() {
        return journal.progress(LogName.SOLUTIONS, FUSION) >= journal.watermark(LogName.CONTRIBUTIONS)
                && journal.progress(LogName.PRODUCTS, HAZARD) >= journal.watermark(LogName.SOLUTIONS)
                && journal.progress(LogName.RELEASED, RELEASE) >= journal.watermark(LogName.PRODUCTS)
                && node.stages().stream().allMatch(Stage::idle)
                && subscriptions.idle();
    }

    private List<String> renewCertificate(ServerCertificate renewed) throws Exception {
        ServerCertificate before = certificate;
        certificate = renewed;
        try {
            partners.reloadCertificate().toCompletableFuture().get(RELOAD_TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception notTaken) {
            certificate = before;
            throw notTaken;
        }
        return List.of();
    }

    private List<String> reloadTrust() throws IOException {
        return identities.reload().stream().map(TrustProblem::toString).toList();
    }

    /** Stops gracefully: health first, then streams with their cursors, then the stages, then the journal. */
    @Override
    public void close() {
        LOG.info("gateway stops");
        serving.set(false);
        reloads.close();
        Duration window = config.streams().drain();
        quietly(() ->
                partners.shutdown(window).toCompletableFuture().get(2 * window.toMillis(), TimeUnit.MILLISECONDS));
        // first: a stage may wait for another node's answer
        tasks.ifPresent(TaskQueue::close);
        quietly(node::close);
        quietly(subscriptions::close);
        quietly(tenants::close);
        quietly(arrivals::enter);
        quietly(() -> audit.treeHead(AuditLog.WHOLE));
        timer.shutdownNow();
        policyWatch.shutdownNow();
        fits.shutdownNow();
        quietly(() -> admin.stop().toCompletableFuture().get(window.toMillis(), TimeUnit.MILLISECONDS));
        quietly(() ->
                vertx.close().toCompletionStage().toCompletableFuture().get(window.toMillis(), TimeUnit.MILLISECONDS));
        withdrawn.close();
        changer.shutdown();
        queries.shutdownNow();
        deliverer.shutdown();
        workers.shutdown();
        quietly(() -> {
            if (!workers.awaitTermination(window.toMillis(), TimeUnit.MILLISECONDS)) {
                changer.shutdownNow();
                workers.shutdownNow();
            }
        });
        quietly(journal::close);
        LOG.info("gateway stopped");
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void quietly(Step step) {
        try {
            step.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("stop: a part did not stop cleanly", e);
        }
    }

    private static ExecutorService threads(String name, int count) {
        return Executors.newFixedThreadPool(count, task -> daemon(name, task));
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
