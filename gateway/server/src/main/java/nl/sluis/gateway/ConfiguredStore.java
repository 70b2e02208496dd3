package nl.sluis.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import nl.sluis.gateway.GatewayConfig.RedisStore;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.RedisJournal;
import nl.sluis.gateway.store.RedisSettings;
import nl.sluis.gateway.store.Retention;
import nl.sluis.gateway.store.StoreLimits;

/** Opens the journal that the configuration names. */
final class ConfiguredStore {
    /** Logs of which a part may go. The others are small, or prove what was done. */
    private static final List<LogName> RETAINED = List.of(
            LogName.CONTRIBUTIONS,
            LogName.QUARANTINE,
            LogName.SOLUTIONS,
            LogName.PRODUCTS,
            LogName.RELEASED,
            LogName.DECISIONS);

    private final GatewayConfig config;
    private final Path base;

    /** @param base folder that relative paths of the configuration start from */
    ConfiguredStore(GatewayConfig config, Path base) {
        this.config = config;
        this.base = base;
    }

    /**
     * Opens it.
     *
     * @throws ConfigException where the settings don't fit together or a file can't be read
     * @throws nl.sluis.gateway.store.StoreException where the engine refuses, or could lose what is acknowledged
     */
    Journal open(InstantSource clock) throws ConfigException {
        return switch (config.store().engine()) {
            case EMBEDDED -> {
                if (config.store().redis().addresses().isPresent()) {
                    throw new ConfigException(
                            "store.redis.addresses: given (expected: none with store.engine `embedded`)");
                }
                yield EmbeddedJournal.open(
                        base.resolve(config.dataFolder()).resolve("journal"), clock, StoreLimits.DEFAULT);
            }
            case REDIS -> RedisJournal.open(redis(config.store().redis()), clock, StoreLimits.DEFAULT);
        };
    }

    private RedisSettings redis(RedisStore redis) throws ConfigException {
        try {
            Optional<RedisSettings.Tls> tls = redis.tls()
                    .map(files -> new RedisSettings.Tls(
                            base.resolve(files.trust()),
                            files.certificate().map(base::resolve).orElse(null),
                            files.key().map(base::resolve).orElse(null)));
            return new RedisSettings(
                    redis.topology(),
                    redis
                            .addresses()
                            .orElseThrow(() -> new IllegalArgumentException(
                                    "addresses: none (expected: at least one with store.engine `redis`)"))
                            .stream()
                            .map(RedisSettings.Address::parse)
                            .toList(),
                    redis.sentinelMaster().orElse(""),
                    redis.user().orElse(""),
                    password(redis),
                    tls.orElse(null),
                    redis.namespace(),
                    redis.replicasMin(),
                    redis.connections(),
                    redis.timeout());
        } catch (IllegalArgumentException e) {
            throw new ConfigException("store.redis." + e.getMessage(), e);
        }
    }

    private String password(RedisStore redis) throws ConfigException {
        if (redis.passwordFile().isEmpty()) {
            return redis.password().orElse("");
        }
        if (redis.password().isPresent()) {
            throw new ConfigException("store.redis.password: given beside password-file (expected: one of them)");
        }
        Path file = base.resolve(redis.passwordFile().get());
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new ConfigException("store.redis.password-file `" + file + "`: can't be read", e);
        }
    }

    /** What each log keeps, where it does not keep everything. */
    Map<LogName, Retention> retention() throws ConfigException {
        Map<LogName, Retention> kept = new EnumMap<>(LogName.class);
        for (Map.Entry<String, GatewayConfig.LogRetention> each :
                config.store().retention().entrySet()) {
            LogName log = log(each.getKey());
            GatewayConfig.LogRetention retention = each.getValue();
            try {
                kept.put(log, Retention.of(retention.age(), retention.bytes()));
            } catch (IllegalArgumentException e) {
                throw new ConfigException("store.retention." + each.getKey() + "." + e.getMessage(), e);
            }
        }
        return kept;
    }

    private static LogName log(String name) throws ConfigException {
        List<String> known = RETAINED.stream()
                .map(log -> log.name().toLowerCase(Locale.ROOT))
                .toList();
        if (!known.contains(name)) {
            throw new ConfigException("store.retention: `" + name + "` (expected: one of " + known + ")");
        }
        return LogName.valueOf(name.toUpperCase(Locale.ROOT));
    }
}
